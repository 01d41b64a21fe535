"""Time a piece of work, or run it where its memory can be told from that of others."""

import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that `work` takes in this process, which other processes disturb less."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_gb() -> float:
    """Return the most memory that this process has held so far, in GB."""
    # macOS counts bytes, Linux KB.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def apart(work: Callable[_Given, _Found], *values: _Given.args, **options: _Given.kwargs) -> _Found:
    """Return what `work` returns when a new process of its own does it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *values, **options).result()
