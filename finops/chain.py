"""Chain what is kept for good, so that a change of any of it is noticed, and which it is."""

import csv
import hashlib
from pathlib import Path

from finops.report.pages import write_whole

__all__ = ["altered", "seal"]

FILE = "chain.csv"
_COLUMNS = ("name", "sha256", "chained_sha256")
_UNREADABLE = ("", "", "")
_REPAIR = (
    f"Put it back from a backup; or remove {FILE}: the next one that is kept seals the others."
)


def seal(folder: Path) -> None:
    """Add the hash of each folder below `folder` that is not in its chain yet."""
    links = _read(folder)
    known = {name for name, _, _ in links}
    for name in sorted(_names(folder) - known):
        before = links[-1][2] if links else ""
        digest = _digest(folder / name)
        links.append((name, digest, _chained(before, name, digest)))
    lines = [",".join(row) for row in (_COLUMNS, *links)]
    write_whole(folder / FILE, "\n".join(lines) + "\n")


def altered(folder: Path) -> list[str]:
    """Return a sentence for each folder that is not what was sealed, and for a chain that isn't.

    What an older version kept is known from the next time on that something is sealed.
    """
    found, before = [], ""
    for name, digest, chained in _read(folder):
        if chained != _chained(before, name, digest):
            found.append(f"{folder / FILE} was changed at {name or 'a line'}. {_REPAIR}")
        before = chained
        if not name:
            continue
        if not (folder / name).is_dir():
            found.append(f"{folder / name} is gone. {_REPAIR}")
        elif digest != _digest(folder / name):
            found.append(f"{folder / name} is not what was kept. {_REPAIR}")
    return found


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("[0-9]*") if path.is_dir()}


def _digest(folder: Path) -> str:
    """Return the hash of all files in a folder and their names."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder)}\n{content}\n".encode())
    return digest.hexdigest()


def _chained(before: str, name: str, digest: str) -> str:
    return hashlib.sha256(f"{before}\n{name}\n{digest}".encode()).hexdigest()


def _read(folder: Path) -> list[tuple[str, str, str]]:
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError):
        return [_UNREADABLE]
    rows = [row for row in csv.reader(text.splitlines()[1:]) if row]
    return [(row[0], row[1], row[2]) if len(row) == len(_COLUMNS) else _UNREADABLE for row in rows]
