"""Say in one line what stopped a command, and keep a report of what nobody foresaw."""

import os
import platform
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import duckdb
import pyarrow as pa

from finops.errors import FinopsError

__all__ = ["FORESEEN", "said", "write_report"]

# Their message says what and where; all others get a report.
FORESEEN = (FinopsError, OSError, duckdb.Error, sqlite3.Error, pa.ArrowException, MemoryError)
_FULL = "No space left on device"
_MADE_OF = ("finops-bill", "duckdb", "pandas", "pyarrow")


def said(error: BaseException) -> str:
    """Return in one line what an error says, and what to do where a machine is at its limit."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException | pa.ArrowMemoryError):
        return (
            f"Not enough memory: {text}. What is built stays as it was. Give the process more, or "
            "close other programs, and run the command again."
        )
    if _FULL in text or "database or disk is full" in text:
        return f"{text}. What is built stays as it was. Make room and run the command again."
    if isinstance(error, FORESEEN):
        return text
    return f"{type(error).__name__}: {text}"


def write_report(error: BaseException, commands: Iterable[str]) -> str:
    """Write what helps to mend `error` and return where; empty where nothing can be written.

    Neither messages nor values are in it: they may be of the bill, or secret.
    """
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    lines = [
        f"finops failed at {datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"command: {_shape(sys.argv[1:], set(commands))}",
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}",
        *(f"{name} {_version(name)}" for name in _MADE_OF),
        f"error: {_kinds(error)}",
        "".join(frames),
    ]
    try:
        # Only its owner may read it.
        handle, path = tempfile.mkstemp(prefix="finops-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write("\n".join(lines))
    except OSError:
        return ""
    return path


def _shape(arguments: list[str], commands: set[str]) -> str:
    """Return a command line without what somebody typed into it: addresses, names, queries."""
    return " ".join(
        one if one in commands else one.partition("=")[0] if _is_option(one) else "…"
        for one in arguments
    )


def _is_option(text: str) -> bool:
    return text.startswith("--") and text[2:].partition("=")[0].replace("-", "").isalpha()


def _kinds(error: BaseException) -> str:
    """Return the kind of an error, and of what it was raised from."""
    causes = (error, error.__cause__ or error.__context__)
    kinds = [type(one) for one in causes if one is not None]
    return ", from ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
