"""Write what became of reservations: modified, returned, and hours that nobody used."""

import numpy as np
import pandas as pd

from .commitment_fees import upfront_fee
from .commitments import Commitment, commitments, returned
from .company import MONTHS, table
from .fleet import meters
from .usage import usage

COLUMNS = ["kind", "commitment", "arn", "date", "into", "hours", "usd", "note"]


def commitment_truth(seed: int) -> pd.DataFrame:
    """Return one row per modification, return, and month with unused hours of a reservation.

    `usd` is before discounts: what is left of the upfront fee that goes on in the new ones, the
    fee that came back, and what the unused hours cost.
    """
    rows = [*_modified(), *_returned(), *_unused(seed)]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["date", "commitment", "kind"])


def _known() -> dict[str, Commitment]:
    """Return every reservation that covered usage, by its name."""
    return {one.name: one for month in MONTHS for one in commitments(month, "ri")}


def _modified() -> list[tuple]:
    known, rows = _known(), []
    for row in table("commitments").query("until != ''").itertuples():
        old, new = known[row.commitment], [known[name] for name in row.into.split("|")]
        rows.append(
            (
                "modified",
                old.name,
                old.arn,
                f"{old.until:%Y-%m-%dT%H:%M}",
                "|".join(one.arn for one in new),
                "",
                round(sum(upfront_fee(one) for one in new), 2),
                f"{old.count} instances in {' and '.join(str(one.count) for one in new)}",
            )
        )
    return rows


def _returned() -> list[tuple]:
    pairs = {one.name: (one, moment) for month in MONTHS for one, moment in returned(month)}
    return [
        (
            "returned",
            one.name,
            one.arn,
            f"{moment:%Y-%m-%dT%H:%M}",
            "",
            "",
            round(upfront_fee(one), 2),
            f"Bought on {one.start:%Y-%m-%d}, never used",
        )
        for one, moment in pairs.values()
    ]


def _unused(seed: int) -> list[tuple]:
    """Hours that no instance of the reservation's kind runs; each kind here has one reservation."""
    rows = []
    for month in MONTHS:
        for one in commitments(month, "ri"):
            fleet = meters(seed)[lambda rows, sku=one.sku: rows["sku"] == sku]
            running = usage(fleet, month, seed=seed).sum(axis=0)[one.first_hour : one.last_hour]
            hours = float(np.clip(one.count - running, 0, None).sum())
            if hours and not _has_others(one, month):
                cost = round(hours * one.hourly_rate, 2)
                rows.append(("unused", one.name, one.arn, f"{month}-01", "", hours, cost, ""))
    return rows


def _has_others(one: Commitment, month: str) -> bool:
    return any(
        other.sku == one.sku and other.name != one.name for other in commitments(month, "ri")
    )
