"""Say a finding in words: what it is, why it is likely so, and what to do."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from finops.languages import say

__all__ = ["described", "likely_cause", "title", "what", "what_to_do"]

Row = Mapping[Any, Any]

_say = partial(say, "finding")


def described(found: pa.Table) -> pa.Table:
    """Add what, likely cause and what to do, in English, to the rows of the queries."""
    rows = found.to_pylist()
    for name, text in (
        ("x_what", what),
        ("x_likely_cause", likely_cause),
        ("x_what_to_do", what_to_do),
    ):
        found = found.append_column(name, pa.array([text(row) for row in rows], pa.string()))
    return found


def title(kind: str, language: str = "en") -> str:
    """Return what findings of a kind are about, for a list of them."""
    return _say(f"{kind}_title", language)


def what(row: Row, language: str = "en") -> str:
    """Return what the amount of a finding is."""
    return _about(row, "what", language)


def likely_cause(row: Row, language: str = "en") -> str:
    """Return why the bill is likely so."""
    return _about(row, "cause", language)


def what_to_do(row: Row, language: str = "en") -> str:
    """Return what to do about a finding."""
    return _about(row, "to_do", language)


def _about(row: Row, part: str, language: str) -> str:
    commitment, owner = _commitment(row["commitment_discount_id"], language)
    return _say(
        f"{row['x_kind']}_{part}",
        language,
        commitment=commitment,
        owner=owner,
        account=row["sub_account_id"] or "–",
        type=row["x_line_item_type"] or "–",
        lines=f"{row['x_lines']:,}",
        dates=_dates(row["x_first_charge_date"], row["x_last_charge_date"]),
    )


def _commitment(arn: str | None, language: str) -> tuple[str, str]:
    """Return the name of a commitment, and of the account that its ARN says bought it."""
    nobody = _say("no_owner", language)
    if not arn:
        return _say("commitment_none", language), nobody
    parts = arn.split(":")
    if parts[0] != "arn" or len(parts) < 6:
        return _say("commitment_other", language, name=arn), nobody
    kind = "plan" if parts[2] == "savingsplans" else "reservation"
    name = _say(f"commitment_{kind}", language, name=re.split("[:/]", arn)[-1])
    return name, _say("owner", language, account=parts[4]) if parts[4] else nobody


def _dates(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} – {last}"
