"""Keep DuckDB within the memory that this process may have; what it holds beyond goes to disk."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import duckdb

from finops.sql import literal

__all__ = ["available_bytes", "duckdb_bytes", "limit_memory"]

_MB = 1_000_000
# Python, pandas and Arrow themselves.
_OWN_BYTES = 300 * _MB
_LEAST_BYTES = 100 * _MB
_PER_THREAD = 150 * _MB
_CGROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def limit_memory(con: duckdb.DuckDBPyConnection, scratch: str, *, most: int) -> None:
    """Let a connection take up to `most` bytes, less on a small machine; the rest to `scratch`."""
    allowed = duckdb_bytes(most)
    con.execute(f"set temp_directory = {literal(scratch)}")
    con.execute(f"set memory_limit = '{allowed // _MB}MB'")
    threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
    con.execute(f"set threads = {max(1, min(threads, allowed // _PER_THREAD))}")


def duckdb_bytes(most: int) -> int:
    """Return how much of the available memory is DuckDB's."""
    return max(_LEAST_BYTES, min(most, (available_bytes() - _OWN_BYTES) * 3 // 4))


def available_bytes() -> int:
    """Return what this process may have: by the machine, its control groups and `ulimit -v`."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_group_limits(), *_address_space()])


def _group_limits() -> Iterator[int]:
    """Yield the limits of the groups that this process is in, of either version of cgroups."""
    try:
        lines = _MEMBERSHIP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, names, path = line.split(":", 2)
        if names in ("", "memory"):
            root, file = (
                (_CGROUPS / "memory", "memory.limit_in_bytes")
                if names
                else (_CGROUPS, "memory.max")
            )
            # In a container the path is the host's, and only the root is there.
            group = root / path.lstrip("/")
            for folder in {root, group, *group.parents}:
                if folder.is_relative_to(root):
                    yield from _number(folder / file)


def _number(file: Path) -> Iterator[int]:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return
    if text.isdigit():
        yield int(text)


def _address_space() -> Iterator[int]:
    """Yield what `ulimit -v` leaves; programs reserve more address space than they use."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        yield limit // 2
