"""Remove what processes that died left half-written."""

import os
import shutil
import socket
import time
from itertools import count
from pathlib import Path

__all__ = ["keep_last_used", "remove_leftovers", "scratch_name"]

_numbers = count(1)


def scratch_name() -> str:
    """Return the name of a folder for what a reader puts aside; it tells whose it is."""
    return f".read.{socket.gethostname()}.{os.getpid()}.{next(_numbers)}.tmp"


def remove_leftovers(warehouse: Path) -> None:
    """Remove the files of dead writers and readers; the caller holds the writer's lock."""
    # Only who holds the lock writes these.
    for left in (
        *warehouse.glob("charges/billing_period=*/.delivery=*"),
        *warehouse.glob(".finops.*.duckdb*"),
    ):
        _remove(left)
    for left in (
        *warehouse.glob(f".read.{socket.gethostname()}.*.tmp"),
        *warehouse.glob("as_of/.finops.*.duckdb*"),
    ):
        if not _is_alive(left):
            _remove(left)


def keep_last_used(used: Path, pattern: str, number: int) -> None:
    """Remove all but the files beside `used` that were used last; who has one open reads on."""
    os.utime(used, ns=(time.time_ns(), used.stat().st_mtime_ns))
    found = sorted(used.parent.glob(pattern), key=lambda one: one.stat().st_atime_ns)
    for file in found[:-number]:
        file.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    # What DuckDB put aside on disk is a folder.
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_alive(path: Path) -> bool:
    """Whether the process that a file names is running."""
    numbers = [int(part) for part in path.name.split(".") if part.isdigit()]
    try:
        # Signal 0 only asks.
        os.kill(numbers[0], 0)
    except (IndexError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
