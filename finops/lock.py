"""Let one process at a time write a warehouse."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finops.errors import WarehouseBusy


@contextmanager
def writer_lock(warehouse: Path) -> Iterator[None]:
    """Hold the writer's lock of the folder `warehouse`; a dead owner's lock is free.

    Raises WarehouseBusy, naming the process that holds it.
    """
    warehouse.mkdir(parents=True, exist_ok=True)
    with (warehouse / "writer.lock").open("a+", encoding="utf-8") as stream:
        try:
            # The system drops this lock with the process that holds it.
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            owner = stream.read().strip() or "another process"
            raise WarehouseBusy(
                f"{warehouse} is being written by {owner}. Try again later."
            ) from None
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}")
        stream.flush()
        yield
