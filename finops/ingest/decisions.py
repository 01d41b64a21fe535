"""Keep what somebody decided about files and deliveries, and why, so that it can be undone."""

import difflib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from finops.errors import BadInput

__all__ = ["Decision", "decide", "decisions", "is_named", "names_of"]

_FILE = "decisions.jsonl"
LEAVE, TAKE, UNDO = "leave", "take", "undo"


@dataclass(frozen=True)
class Decision:
    """What was decided of a file, folder or delivery: `leave` it out, `take` it, or `undo`."""

    what: str
    decision: str
    reason: str
    decided_at: str


def decide(
    warehouse: Path, what: str, decision: str, reason: str, loaded: Collection[str] = ()
) -> Decision:
    """Add a decision to those of a warehouse and return it.

    `loaded` are the files and deliveries that loads have seen. Raises BadInput without a reason,
    and for what is none of them, no file here and no address in a bucket.
    """
    if not reason.strip():
        raise BadInput("A decision needs a reason: --reason 'why'.")
    now = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
    known = decisions(warehouse)
    made = Decision(_whole_name(what, known), decision, reason.strip(), now)
    if decision == UNDO and made.what not in known:
        raise BadInput(f"Nothing was decided of {what!r}. Decisions are in {warehouse / _FILE}.")
    _check_known(made.what, {*loaded, *known})
    warehouse.mkdir(parents=True, exist_ok=True)
    with (warehouse / _FILE).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
    return made


def _whole_name(what: str, known: Collection[str]) -> str:
    """Return a path as it reads from any folder, and what is no path as it is."""
    name = what.rstrip("/") or what
    path = Path(name).resolve()
    return str(path) if name not in known and (str(path) in known or path.exists()) else name


def _check_known(what: str, known: Collection[str]) -> None:
    """Raise BadInput for a name that nothing has: its decision would never count."""
    if "://" in what or Path(what).exists() or what in known:
        return
    if any(one.startswith(f"{what}/") for one in known):
        return
    ends = {Path(one).name: one for one in known}
    close = difflib.get_close_matches(Path(what).name, ends, n=1)
    hint = f" Did you mean {ends[close[0]]}?" if close else ""
    raise BadInput(f"No file, folder or delivery is {what!r}.{hint} See: finops files")


def is_named(address: str, names: Collection[str]) -> bool:
    """Return whether a file or folder that `names` has is at, or above, an address."""
    if not names:
        return False
    whole = address if "://" in address else str(Path(address).resolve())
    return any(whole == one or whole.startswith(f"{one.rstrip('/')}/") for one in names)


def decisions(warehouse: Path) -> dict[str, Decision]:
    """Return what is decided today, by what it is about; the last one counts."""
    path, found = warehouse / _FILE, dict[str, Decision]()
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        try:
            made = Decision(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise BadInput(f"{path} line {number} is no decision ({error}). Remove it.") from error
        found.pop(made.what, None)
        if made.decision != UNDO:
            found[made.what] = made
    return found


def names_of(warehouse: Path, decision: str) -> frozenset[str]:
    """Return the files, folders and deliveries of which this is decided."""
    return frozenset(
        what for what, made in decisions(warehouse).items() if made.decision == decision
    )
