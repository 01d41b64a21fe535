"""Unpack zipped bill files into a scratch folder, without trusting what is in them."""

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO

from finops.errors import BadSource

# A bill's CSV shrinks 10 to 60 times; what claims far more than that is no bill.
_LARGEST_RATIO = 200
_SMALL_BYTES = 100 * 2**20


def unzip(file: Path, scratch: Path) -> list[Path]:
    """Write the CSV files in the zip `file` to `scratch` and return their paths.

    The names inside are never used as paths. Raises BadSource for a zip that is cut off, encrypted,
    or would unpack to more than the disk holds or a bill can be.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _bill_members(archive)
            _check_size(file, members, scratch)
            return [_unpack(archive, member, scratch) for member in members]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadSource(f"{file} can't be unzipped: {error}. Fetch it again.") from error


def open_first(file: Path) -> IO[bytes] | None:
    """Return a stream of the first CSV file in the zip `file`; None if there is none."""
    try:
        archive = zipfile.ZipFile(file)
        members = _bill_members(archive)
        return archive.open(members[0]) if members else None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise BadSource(f"{file} can't be unzipped: {error}. Fetch it again.") from error


def _bill_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        member
        for member in archive.infolist()
        if member.filename.lower().endswith(".csv") and not member.filename.startswith("__MACOSX")
    ]


def _check_size(file: Path, members: list[zipfile.ZipInfo], scratch: Path) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(_SMALL_BYTES, _LARGEST_RATIO * file.stat().st_size):
        raise BadSource(
            f"{file} would unpack to {unpacked:,} bytes, over {_LARGEST_RATIO} times its size. "
            "That is no bill; not read."
        )
    free = shutil.disk_usage(scratch).free
    if unpacked > free:
        raise BadSource(f"{file} unpacks to {unpacked:,} bytes and {scratch} has {free:,} free.")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, scratch: Path) -> Path:
    target = scratch / f"{len(list(scratch.iterdir()))}.csv"
    # zipfile stops at the declared size and compares the checksum, so nothing grows past the check.
    with archive.open(member) as packed, target.open("wb") as stream:
        shutil.copyfileobj(packed, stream, 2**20)
    return target
