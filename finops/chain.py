"""Chain what is kept for good, so that a change of any of it is noticed, and which it is."""

import csv
import hashlib
from pathlib import Path

from finops.whole_files import write_whole

__all__ = ["altered", "seal", "set_aside"]

FILE = "chain.csv"
# Below it is what was sealed and taken back: NAME.1, NAME.2 and so on.
ASIDE, NOTE = "reopened", "reopened.json"
_COLUMNS = ("name", "sha256", "chained_sha256")
_UNREADABLE = ("", "", "")
_REPAIR = (
    f"Put it back from a backup; or remove {FILE}: the next one that is kept seals the others."
)


def seal(folder: Path) -> None:
    """Add the hash of each folder below `folder` that is not in its chain yet."""
    links = _read(folder)
    for name in sorted(_names(folder) - set(_live(links))):
        _add(links, name, _digest(folder / name))
    _write(folder, links)


def set_aside(folder: Path, name: str, note: str) -> Path:
    """Move what was sealed as `name` below `reopened/`, with a note, and add that to the chain.

    Returns where it is; the note is its NOTE. `name` may then be sealed again.
    """
    links = _read(folder)
    number = 1 + sum(link[0].startswith(f"{ASIDE}/{name}.") for link in links)
    aside = f"{ASIDE}/{name}.{number}"
    (folder / ASIDE).mkdir(exist_ok=True)
    (folder / name).rename(folder / aside)
    write_whole(folder / aside / NOTE, note)
    _add(links, aside, _digest(folder / aside))
    _write(folder, links)
    return folder / aside


def altered(folder: Path) -> list[str]:
    """Return a sentence for each folder that is not what was sealed, and for a chain that isn't.

    What an older version kept is known from the next time on that something is sealed.
    """
    found, before, links = [], "", _read(folder)
    for name, digest, chained in links:
        if chained != _chained(before, name, digest):
            found.append(f"{folder / FILE} was changed at {name or 'a line'}. {_REPAIR}")
        before = chained
    for name, digest in _live(links).items():
        if not (folder / name).is_dir():
            found.append(f"{folder / name} is gone. {_REPAIR}")
        elif digest != _digest(folder / name):
            found.append(f"{folder / name} is not what was kept. {_REPAIR}")
    return found


def _live(links: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return the hash of each folder that should be there: what was set aside is elsewhere."""
    live: dict[str, str] = {}
    for name, digest, _ in links:
        if name.startswith(f"{ASIDE}/"):
            live.pop(name.removeprefix(f"{ASIDE}/").rpartition(".")[0], None)
        if name:
            live[name] = digest
    return live


def _add(links: list[tuple[str, str, str]], name: str, digest: str) -> None:
    before = links[-1][2] if links else ""
    links.append((name, digest, _chained(before, name, digest)))


def _write(folder: Path, links: list[tuple[str, str, str]]) -> None:
    lines = [",".join(row) for row in (_COLUMNS, *links)]
    write_whole(folder / FILE, "\n".join(lines) + "\n")


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
