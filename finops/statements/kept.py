"""Give the statements of a closed month back as they were kept with it."""

from finops.close import frozen
from finops.errors import BadInput
from finops.settings import Settings

__all__ = ["FOLDER", "Files", "file_team", "kept_statements"]

# Below the folder of a closed month.
FOLDER = "statements"
# The content of files by name.
Files = dict[str, bytes]


def kept_statements(
    settings: Settings, period: str, mode: str, language: str, team: str | None
) -> Files:
    """Return the statements that were kept with a closed month, all or those of `team`.

    Nothing if the month is open, was closed before statements were kept, or is asked for as it was
    on another day. Raises BadInput for a team without one, and if a file was changed.
    """
    folder = frozen.folder_of(settings, period) / FOLDER
    ending = f"-{mode}-{language}"
    names = sorted(path.name for path in folder.glob(f"{period}-*{ending}.*"))
    if settings.as_of or not names:
        return {}
    signed = frozen.read_record(settings, period)["files"]
    if team is not None:
        start = f"{period}-{file_team(team)}-"
        mine = [name for name in names if _is_of(name, start, ending)]
        if not mine:
            raise BadInput(f"{team} has no statement in {period}, which is closed: see {folder}.")
        names = mine
    elif mode == "chargeback":
        names += [f"journal-{period}.csv", f"reconciliation-{period}.csv"]
    return {
        name: frozen.read_signed(settings, period, f"{FOLDER}/{name}", signed) for name in names
    }


def file_team(team: str) -> str:
    """Return a team as a part of file names, which can't hold every letter."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in team)


def _is_of(name: str, start: str, ending: str) -> bool:
    """Say whether a file is of the team that `start` names: only the currency comes after it."""
    return name.startswith(start) and len(name.split(ending)[0]) == len(start) + len("USD")
