"""Read the text of a CSV file that a person or a spreadsheet saved, or say why it can't be read."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from finops.errors import BadInput

__all__ = [
    "cells_of", "is_hidden", "is_there", "is_utf_16", "read_bytes", "read_cells", "read_text",
    "shown",
]  # fmt: skip

_SHOWN = 60
_SAVE = "Save it as UTF-8, in Excel as “CSV UTF-8 (comma delimited)”."
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Enough of a header to tell: it has few letters beyond ASCII.
_FIRST_BYTES = 16


def is_there(path: Path) -> bool:
    """Return whether something has this name, also a link that leads nowhere.

    Raises BadInput if its folder is no folder, or can't be looked into.
    """
    folder = path.parent
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadInput(f"{folder} is no folder; remove it, or make it one.")
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error
    return True


def is_hidden(name: str) -> bool:
    """Return whether people don't see a file: a hidden one, or what systems and Excel keep."""
    return name.startswith((".", "~$")) or name.lower() in ("thumbs.db", "desktop.ini")


def is_utf_16(data: bytes) -> bool:
    """Return whether text begins as UTF-16 does: with its mark, or with a 0 in every other byte."""
    first = data[:_FIRST_BYTES]
    halves = first[::2], first[1::2]
    return data.startswith(_UTF_16) or any(
        one and other and not one.strip(b"\0") and b"\0" not in other
        for one, other in (halves, halves[::-1])
    )


def read_bytes(path: Path) -> bytes:
    """Return what the file holds. Raises BadInput if it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error


def read_text(path: Path) -> str:
    """Return the text of the file. Raises BadInput, with file and line, for what is not UTF-8."""
    data = read_bytes(path)
    if is_utf_16(data):
        raise BadInput(f"{path} is saved as UTF-16. {_SAVE}")
    try:
        # Excel saves "CSV UTF-8" with a byte order mark.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data[: error.start].decode("latin-1"))
        raise BadInput(
            f"{path} line {line} is not UTF-8, as if saved in a Korean or Windows encoding. {_SAVE}"
        ) from error
    if "\0" in text:
        line = _line_of(text[: text.index("\0")])
        raise BadInput(f"{path} line {line} holds a NUL character, which is no text. {_SAVE}")
    return text


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return the number and the cells of each line, the header first; none of an empty file.

    Each line has as many cells as the header, without the blank lines and columns that Excel
    leaves at the end. Raises BadInput, with file and line, for text that is no such table.
    """
    return cells_of(path, read_text(path))


def cells_of(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield what `read_cells` does, of the text of the file at `path`."""
    lines = _filled(path, text)
    place, header = next(lines, (1, []))
    header = [name.strip() for name in header]
    while header and not header[-1]:
        header.pop()
    _check_header(path, place, header)
    if header:
        yield place, header
    for line, cells in lines:
        if any(map(str.strip, cells[len(header) :])) or len(cells) < len(header):
            raise BadInput(
                f"{path} line {line}: not as many values as the header has columns. Is it cut off?"
            )
        if cells[0].startswith("#"):
            raise BadInput(
                f"{path} line {line} begins with #. There are no comments in CSV; remove the line, "
                "or the #."
            )
        yield line, cells[: len(header)]


def shown(value: object) -> str:
    """Return a value as an error shows it: in quotes, and not all of a long one."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _filled(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line of each record, and its cells; blank ones are left out."""
    # A quote that is never closed would take the rest of the file for one value.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"{path} line {line}: not readable as CSV: {error}.") from error


def _check_header(path: Path, line: int, header: list[str]) -> None:
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise BadInput(f"{path} line {line}: {name} part the columns, not commas. {_SAVE}")
    for number, name in enumerate(header, start=1):
        if not name:
            raise BadInput(f"{path} line {line}: column {number} has no name.")
        if name in header[: number - 1]:
            raise BadInput(f"{path} line {line}: column {name} is there twice; keep one.")


def _line_of(text: str) -> int:
    """Return the number of the line on which the text ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
