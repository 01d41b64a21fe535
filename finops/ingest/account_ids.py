"""Notice account ids that a spreadsheet has changed."""

import re
from collections.abc import Iterable

from finops.errors import BadSource
from finops.ingest.manifests import FOCUS_FORMAT

__all__ = ["account_notes"]

_ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_SHORT = re.compile(r"\d{9,11}")
_DIGITS = 12


def account_notes(accounts: Iterable[str], kind: str, source: str) -> list[str]:
    """Return what to say of account ids of a bill of the format `kind` that have lost zeros.

    Raises BadSource for ids whose digits are lost, such as 1.1254E+10.
    """
    found = sorted(filter(None, accounts))
    if rounded := [one for one in found if _ROUNDED.fullmatch(one)]:
        raise BadSource(
            f"{source}: a spreadsheet has rounded the account id {rounded[0]}, so its digits are "
            "lost. Fetch the file again, and don't save it from a spreadsheet."
        )
    if kind == FOCUS_FORMAT:
        return []
    return [
        f"account {one} has {len(one)} digits and AWS's have {_DIGITS}: a spreadsheet may have "
        f"taken the zeros off {one.zfill(_DIGITS)}"
        for one in found
        if _SHORT.fullmatch(one)
    ]
