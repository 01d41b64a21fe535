"""Read which changes of cost are planned, from business/planned_changes.csv, and lay them out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from finops.csv_input import (
    Currency,
    Date,
    Day,
    Money,
    Name,
    Row,
    check_known,
    check_unique,
    columns,
    read_rows,
)
from finops.errors import BadInput

__all__ = [
    "COLUMNS",
    "FILE",
    "NOBODY",
    "PLANNED",
    "PlannedChange",
    "planned_frame",
    "read_planned_changes",
]

FILE = "business/planned_changes.csv"
NOBODY, NO_SERVICE = "unallocated", "planned changes"
PLANNED = [
    *("start", "end", "x_team", "service_name", "billing_currency", "x_cost_centre"),
    *("x_per_month", "name"),
]
_LAST = date(9999, 12, 31)


class PlannedChange(Row):
    """What is planned to cost more (or, negative, less) a month, from `start` up to `end`.

    Without `end` it stays. A change of one day comes once, whole. `team` and `aws_service` say what
    it is about, each may be empty.
    """

    start: Date
    end: Day = None
    team: str = ""
    aws_service: str = ""
    monthly: Money
    currency: Currency
    name: Name


COLUMNS = columns(PlannedChange)


def read_planned_changes(path: Path, teams: Iterable[str]) -> list[PlannedChange]:
    """Return the rows of the file at `path`; none if it is absent.

    Raises BadInput, with file and line, for an unknown team, no team and no AWS service, an end
    before the start, and a change that comes twice.
    """
    rows = read_rows(path, PlannedChange)
    for row in rows:
        check_known(path, row.line, "team", row.team, teams)
        if not (row.team or row.aws_service):
            raise BadInput(f"{path} line {row.line}: give a team, an AWS service or both.")
        if row.end and row.end < row.start:
            raise BadInput(f"{path} line {row.line}: it ends before it starts.")
    check_unique(path, rows, lambda row: (str(row.start), row.team, row.aws_service, row.name))
    return rows


def planned_frame(
    path: Path,
    rows: Sequence[PlannedChange],
    *,
    rates: pd.DataFrame,
    currencies: set[str],
    centres: Mapping[str, str],
) -> pd.DataFrame:
    """Return the changes with their money in the currency of the bill: the columns of `PLANNED`.

    `rates` are those of `Known`, `currencies` those of the bill, `centres` has the cost centre of
    each team. Raises BadInput, with file and line, for a currency without a rate.
    """
    bill = {one: (one, Decimal(1)) for one in currencies}
    known = rates.to_dict("records")
    reporting = {
        one["x_reporting_currency"]: (one["billing_currency"], one["x_exchange_rate"])
        for one in known
    }
    found = []
    for row in rows:
        if row.currency not in (priced := reporting | bill):
            raise BadInput(
                f"{path} line {row.line}: no exchange rate of {row.currency} is known on that day; "
                f"give the amount in {' or '.join(sorted(currencies))}."
            )
        currency, rate = priced[row.currency]
        about = [row.team or NOBODY, row.aws_service or NO_SERVICE]
        owner = [currency, centres.get(row.team) or NOBODY]
        monthly = (row.monthly / rate).quantize(Decimal("0.0001"))
        found.append([row.start, row.end or _LAST, *about, *owner, monthly, row.name])
    return pd.DataFrame(found, columns=PLANNED).astype(object)
