"""Read what a company says is prepaid, where the bill can't know, from business/prepaid.csv."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field

from finops.close.prepaid import Restart, Upfront
from finops.close.recognition import RateOf, converted
from finops.csv_input import Date, Money, Name, Row, check_unique, columns, read_rows
from finops.errors import BadInput
from finops.report.cents import whole
from finops.report.text import cents

__all__ = ["COLUMNS", "FILE", "ToldPrepaid", "read_told_prepaid", "restarted"]

FILE = "business/prepaid.csv"


class ToldPrepaid(Row):
    """What is prepaid of a commitment when a day begins (UTC), in the currency of its bill."""

    commitment_discount_id: Name
    valid_from: Date
    prepaid: Annotated[Money, Field(ge=0)]
    note: str = ""

    @property
    def moment(self) -> datetime:
        """The first moment of the day."""
        return datetime.combine(self.valid_from, time())


COLUMNS = columns(ToldPrepaid)


def read_told_prepaid(project: Path) -> list[ToldPrepaid]:
    """Return the lines of business/prepaid.csv; none if it is absent.

    Raises BadInput, with file and line, for a wrong line and for a commitment with two on one day.
    """
    path = project / FILE
    rows = read_rows(path, ToldPrepaid)
    check_unique(path, rows, lambda row: (row.commitment_discount_id, str(row.valid_from)))
    return rows


def restarted(
    upfronts: list[Upfront],
    told: Iterable[ToldPrepaid],
    period: str,
    rate_of: RateOf,
    places: int,
) -> list[Upfront]:
    """Return `upfronts` with what is `told` of them up to the month `period`.

    A fee keeps its rate; one that no bill has gets that of the month from which it is told. Raises
    BadInput for a commitment without an upfront fee, or with fees in several currencies, and for a
    day after its term.
    """
    found = list(upfronts)
    for row in sorted(told, key=lambda row: row.valid_from):
        if f"{row.valid_from:%Y-%m}" > period:
            continue
        named = [one for one in found if one.commitment == row.commitment_discount_id]
        if not named:
            raise BadInput(
                f"{FILE} line {row.line}: the bill pays and amortises no upfront fee of "
                f"{row.commitment_discount_id!r}. Write its id as in commitment_discount_id."
            )
        if len(named) > 1:
            currencies = ", ".join(one.currency for one in named)
            raise BadInput(
                f"{FILE} line {row.line}: upfront fees of {row.commitment_discount_id} are paid in "
                f"{currencies}, so its prepaid amount has no one currency."
            )
        (one,) = named
        if row.moment >= one.end:
            raise BadInput(
                f"{FILE} line {row.line}: the term of {one.commitment} ends on {one.end:%Y-%m-%d}, "
                f"before {row.valid_from}."
            )
        found[found.index(one)] = _restarted(one, row, rate_of, places)
    return found


def _restarted(one: Upfront, row: ToldPrepaid, rate_of: RateOf, places: int) -> Upfront:
    moment = max(row.moment, one.start)
    coins = whole(Decimal(row.prepaid).scaleb(cents(one.currency)))
    rate = one.rate
    if not one.paid and not one.restarts:
        rate = rate_of(f"{moment:%Y-%m}", "", one.currency)
    books = converted(coins, one.currency, rate, places)
    restart = Restart(moment, (coins, books), is_told=True)
    return replace(one, rate=rate, restarts=(*one.restarts, restart))
