"""Open DuckDB files: for the package's own work, and locked for anybody's query."""

import os
from functools import cache
from pathlib import Path

import duckdb

from finops.leftovers import scratch_name
from finops.settings import Settings
from finops.sql import literal

__all__ = ["PROJECT_FOLDER", "address", "open_database", "open_reader", "set_up"]

# The variable of a connection that says where the Parquet of raw.charges is.
PROJECT_FOLDER = "finops_project"
_NAME = "finops"
_SPECIAL = set("\\*?[")
# Linux has it; elsewhere such a name works unless it matches another.
_HANDLES = Path("/proc/self/fd")


def open_database(path: Path | str, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Return a connection in UTC to a build, read-only, or to `:memory:`.

    It finds the project's Parquet wherever it is opened from.
    """
    # Attached to a database of its own: DuckDB gives two connections to one path one configuration,
    # and the file that the first one opened.
    con = duckdb.connect()
    set_up(con, settings)
    if path != ":memory:":
        con.execute(f"attach {literal(address(Path(path)))} as {_NAME} (read_only); use {_NAME}")
    return con


def open_reader(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads the build and its charges, no other file, and no network.

    Its configuration is locked. What a query may be is for finops.sql.check_reading to say: a
    `copy` could still write where the charges are.
    """
    con = open_database(settings.database, settings)
    # A folder of its own for what doesn't fit in memory; DuckDB makes and removes it.
    scratch = settings.warehouse / scratch_name()
    con.execute(f"set temp_directory = {literal(address(scratch))}")
    con.execute("set python_enable_replacements = false")
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    folders = ", ".join(literal(f"{address(one)}/") for one in _charge_folders(settings))
    con.execute(f"set allowed_directories = [{folders}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def _charge_folders(settings: Settings) -> list[Path]:
    """Return where the charges are, also those that a link keeps on another disk."""
    charges = settings.warehouse / "charges"
    links = [one for one in (charges, *sorted(charges.glob("*"))) if one.is_symlink()]
    return [charges, *(link.resolve() for link in links)]


def set_up(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Let a connection count in UTC and find the project's Parquet."""
    con.execute("set TimeZone = 'UTC'")
    folder = address(settings.project)
    con.execute(f"set variable {PROJECT_FOLDER} = {literal(f'{folder}/')}")


def address(path: Path) -> str:
    """Return `path` as DuckDB has to be told it, to which `*`, `?`, `[` are no mere characters.

    A backslash separates folders to it. A folder with such a name is reached by its open handle.
    """
    place = max((n for n, part in enumerate(path.parts) if _SPECIAL & set(part)), default=None)
    if place is None or not _HANDLES.is_dir():
        return str(path)
    folder = Path(*path.parts[: place + 1])
    found = folder.stat()
    handle = _open(folder, found.st_dev, found.st_ino)
    return str(_HANDLES.joinpath(str(handle), *path.parts[place + 1 :]))


@cache
def _open(folder: Path, device: int, inode: int) -> int:  # noqa: ARG001
    """Return a handle of a folder, open as long as the process runs; a new one once it is moved."""
    return os.open(folder, os.O_RDONLY)
