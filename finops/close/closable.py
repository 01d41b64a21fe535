"""Refuse to close a month that is not over, not final, or not the next one."""

from typing import Any

from finops.close.frozen import closed_months, folder_of
from finops.close.prepaid import month_end, next_month
from finops.errors import BadInput
from finops.text import is_missing, number
from finops.warehouse.connect import Warehouse

__all__ = ["check_closable", "first_close", "is_final", "trust_of"]


def trust_of(warehouse: Warehouse, period: str) -> list[dict[Any, Any]]:
    """Return the rows of the trust header of a month. Raises BadInput if it isn't loaded."""
    status = warehouse.status()
    found: list[dict[Any, Any]] = status[status["billing_period"] == period].to_dict("records")
    if not found:
        months = sorted(set(status["billing_period"]))
        span = f"there are {months[0]} to {months[-1]}" if months else "run finops load SOURCE"
        raise BadInput(f"No bill of {period} is loaded: {span}.")
    return found


def is_final(trust: list[dict[Any, Any]]) -> bool:
    """Say whether all lines of a month, by the rows of its trust header, have their invoice."""
    return all(not is_missing(row["x_final_share"]) and row["x_final_share"] == 1 for row in trust)


def check_closable(warehouse: Warehouse, period: str, *, accrue: bool) -> None:
    """Raise BadInput, which says what to do, unless a month can be closed now.

    It must be the next one to close, over, built, and final; with `accrue` not final.
    """
    settings, closed = warehouse.settings, closed_months(warehouse.settings)
    if settings.as_of:
        raise BadInput("A month is closed as it is now: leave out as_of.")
    if period in closed:
        raise BadInput(
            f"{period} is closed already, in {folder_of(settings, period)}. What changed since is "
            f"a correction in the close of {next_month(closed[-1])}; the last close, of "
            f"{closed[-1]}, can be taken back with --reopen REASON."
        )
    if closed and period != next_month(closed[-1]):
        raise BadInput(
            f"{closed[-1]} is the last closed month, so the next to close is "
            f"{next_month(closed[-1])}, not {period}."
        )
    if pending := warehouse.pending():
        raise BadInput(f"{len(pending)} loaded deliveries are not built yet. Run: finops build")
    for row in trust_of(warehouse, period):
        _check_final(row, period, accrue)


def first_close(warehouse: Warehouse, period: str) -> str:
    """Return what closing `period` decides for good if it is the first close; else nothing.

    Earlier months can't be closed after it. That is worth a question if there are any.
    """
    months = sorted(set(warehouse.status()["billing_period"]))
    earlier = [month for month in months if month < period]
    if not earlier or period not in months or closed_months(warehouse.settings):
        return ""
    first, last = earlier[0], earlier[-1]
    span = first if first == last else f"{first} to {last}"
    later = sum(month > period for month in months)
    after = f" {later} later month(s) are loaded." if later else ""
    return (
        f"{period} is the first month to be closed. {span} can't be closed after it, and count as "
        f"booked before.{after}"
    )


def _check_final(row: dict[Any, Any], period: str, accrue: bool) -> None:
    delivered = row["x_delivered_at"]
    if not is_missing(delivered) and delivered < month_end(period):
        raise BadInput(
            f"{period} isn't over in the bill, which AWS delivered on {delivered:%Y-%m-%d}. Load "
            "one from after the month, then run finops build."
        )
    share = row["x_final_share"]
    if accrue or share == 1:
        return
    if is_missing(share):
        what = "the bill has no invoice ids, so nobody can tell whether it is final"
    else:
        rows = int(row["x_source_rows"])
        what = f"{number(rows - round(share * rows))} of {number(rows)} lines have no invoice yet"
    raise BadInput(
        f"{period} is open: {what}. Load the final bill, or accrue what has no invoice: "
        f"finops close {period} --accrue"
    )
