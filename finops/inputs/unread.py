"""Name what lies in the project's input folders and is read by nothing."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from finops.csv_text import is_hidden
from finops.inputs.mappings import FILES
from finops.inputs.series import SERIES

__all__ = ["unread"]

_MAPPINGS = [*(f"{name}.csv" for name in FILES), "accounts.csv", "support_tiers.csv"]
_BUSINESS = [
    *(f"{name}.{kind}" for name in SERIES for kind in ("csv", "parquet")),
    *("payments.csv", "prepaid.csv", "contracts.csv", "planned_changes.csv", "cloudtrail"),
]
# What is read in each folder; an inventory is read whole, or refused.
_KNOWN = {"mappings": _MAPPINGS, "business": _BUSINESS}
_FOLDERS = (*_KNOWN, "inventory", "invoices")


def unread(project: Path) -> list[str]:
    """Return one sentence per file of mappings/, business/ and invoices/ that nothing reads.

    Folders whose name is nearly that of an input folder count too. Hidden files and those that
    Excel keeps beside an open one are left out.
    """
    found: list[tuple[str, Iterable[str]]] = [(one.name, _FOLDERS) for one in _folders(project)]
    for folder, known in _KNOWN.items():
        found += [(f"{folder}/{name}", known) for name in _unknown(project / folder, known)]
    return [*(_sentence(name, known) for name, known in found), *_invoices(project / "invoices")]


def _invoices(folder: Path) -> Iterator[str]:
    for name in _unknown(folder, ()):
        if Path(name).suffix.lower() not in (".json", ".csv"):
            yield (
                f"Not read: invoices/{name}; an invoice is read as the JSON of AWS's Invoicing API "
                "or the CSV of its console."
            )


def _unknown(folder: Path, known: Iterable[str]) -> list[str]:
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return sorted(name for name in names if name not in known and not is_hidden(name))


def _folders(project: Path) -> Iterator[Path]:
    for one in sorted(project.iterdir()):
        close = _closest(one.name, _FOLDERS)
        if one.is_dir() and one.name not in _FOLDERS and close and not (project / close).exists():
            yield one


def _closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like `name`, in any case and of any ending."""
    choices = {one.casefold(): one for one in known}
    stem = name.casefold().partition(".")[0]
    asked = name.casefold() if "." not in name else f"{stem}.csv"
    close = difflib.get_close_matches(asked, choices, n=1, cutoff=0.75)
    return choices[close[0]] if close else ""


def _sentence(name: str, known: Iterable[str]) -> str:
    folder, slash, file = name.rpartition("/")
    close = _closest(file, known)
    hint = f"did you mean {folder}{slash}{close}?" if close else "nothing here has that name."
    return f"Not read: {name}; {hint}"
