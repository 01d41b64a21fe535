"""The lines of a month in whole cents, why each is the team's, and what they sum to."""

import shlex
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from finops.close.expense import ACCOUNTS, Expense
from finops.sql import read_query
from finops.text import is_missing
from finops.warehouse.connect import Warehouse

__all__ = ["MEASURES", "Reason", "command", "pools", "read_lines", "services"]

# Showback tells what was used, before recoverable tax; chargeback books the expense of the close.
MEASURES = {"showback": "effective_cost", "chargeback": "x_expense"}
_QUERY = read_query("finops.statements", "lines")


class Reason(NamedTuple):
    """What gave a line, or a part of it, to its team: `share` is the part of the line.

    `method` is how an owner is found, or `pool`; `source` the tag key, rule, relationship or pool;
    `file` and `line` the line of the mapping file that says so, if one does.
    """

    method: str
    source: str
    file: str | None
    line: int | None
    share: float


def read_lines(
    warehouse: Warehouse, period: str, currency: str, expense: Expense | None = None
) -> pd.DataFrame:
    """Return the lines of all teams in the coins of marts.statement_lines, which add up.

    That is effective cost; with the `expense` of the month's close, they are expense, and those of
    an account add up to it. What rounding of invoices leaves goes to the largest line; more than
    that is in no line.

    One row per x_team, x_pool (empty: own), x_driver, x_service, service_name, charge_category,
    x_entry and x_cost_centre, with exact billed_cost, effective_cost and x_expense, x_reasons (a
    tuple of Reason, the largest first), x_to_split (what the pool had of this AWS service and
    category), x_weight (the line's part of it; both None for own lines), x_cents, whole coins, and
    x_reporting_coins, those of its effective cost in the reporting currency.
    """
    rows = warehouse.sql(_QUERY, period=period, currency=currency)
    if expense is None:
        lines = rows.assign(x_cents=rows["x_effective_coins"])
    else:
        parts = [_expense_cents(rows, expense, account) for account in ACCOUNTS]
        lines = pd.concat(parts).sort_index().reset_index(drop=True)
    records = lines.to_dict("records")
    to_split = [_known(row["x_pool_effective_cost"]) for row in records]
    weights = [
        float(row["effective_cost"] / total) if total else None
        for row, total in zip(records, to_split, strict=True)
    ]
    dropped = ["x_pool_line", "x_pool_effective_cost", "x_effective_coins", "x_expense_coins"]
    return lines.drop(columns=dropped).assign(
        x_reasons=pd.Series([_reasons(row) for row in records], lines.index, object),
        x_to_split=pd.Series(to_split, lines.index, object),
        x_weight=pd.Series(weights, lines.index, object),
    )


def _expense_cents(rows: pd.DataFrame, expense: Expense, account: str) -> pd.DataFrame:
    """Return the rows of one account of expense, in coins that add up to what the books have."""
    own = rows[(rows["x_entry"] == account) & (rows["x_expense"] != 0)]
    found = own.assign(x_cents=own["x_expense_coins"])
    left = expense.coins[account] - int(found["x_cents"].sum())
    if len(found) and abs(left) <= expense.rounded:
        coins = list(found["x_cents"])
        coins[max(range(len(coins)), key=lambda place: abs(coins[place]))] += left
        return found.assign(x_cents=coins)
    return found


def command(line: dict[Any, Any], period: str) -> str:
    """Return the command that shows the whole tree behind a line, down to the charges."""
    asked = ["finops", "explain", "--month", period, "--team", line["x_team"]]
    if line["x_pool"] == "" and line["service_name"]:
        asked += ["--mart", "team_day", "--aws-service", line["service_name"]]
    return shlex.join(asked)


def services(lines: pd.DataFrame, earlier: pd.DataFrame | None) -> pd.DataFrame:
    """Return own and shared cost by AWS service, this month and the one before, in coins.

    Without `earlier`, in the first month, there is no column previous.
    """
    own = lines["x_cents"].where(lines["x_pool"] == "", 0)
    parts = lines.assign(own=own, shared=lines["x_cents"] - own)
    now = parts.groupby("service_name")[["own", "shared", "x_cents"]].sum()
    frame = now.rename(columns={"x_cents": "total"})
    if earlier is not None:
        frame = frame.join(earlier.groupby("service_name")["x_cents"].sum(), how="outer")
    frame = frame.rename(columns={"x_cents": "previous"}).fillna(0).astype("int64")
    return frame.reset_index().sort_values(
        ["total", "service_name"], ascending=[False, True], kind="stable", ignore_index=True
    )


def pools(lines: pd.DataFrame, of_all: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what the team got of each pool, by what it was split, and the team's share of it.

    `of_all` are the lines of all teams.
    """
    is_split = (of_all["x_pool"] != "") & (of_all["x_driver"] != "commitment_benefit")
    groups = of_all[is_split].groupby("x_pool")[measure]
    totals = {str(pool): sum(part, Decimal(0)) for pool, part in groups}
    shared = lines[lines["x_pool"] != ""]
    rows = []
    for (pool, driver), part in shared.groupby(["x_pool", "x_driver"]):
        total = totals.get(str(pool)) if driver != "commitment_benefit" else None
        got = sum(part[measure], Decimal(0))
        share = float(got / total) if total else None
        rows.append((pool, driver, total, share, int(part["x_cents"].sum())))
    frame = pd.DataFrame(rows, columns=["x_pool", "x_driver", "x_pool_total", "x_share", "x_cents"])
    return frame.sort_values("x_cents", ascending=False, kind="stable", ignore_index=True)


def _reasons(row: dict[Any, Any]) -> tuple[Reason, ...]:
    if row["x_pool"]:
        line = _known(row["x_pool_line"])
        return (Reason("pool", row["x_pool"], line and "shared_costs.csv", line, 1.0),)
    sources = [] if is_missing(row["x_reasons"]) else list(row["x_reasons"])
    whole = sum((one["x_size"] for one in sources), Decimal(0))
    return tuple(
        Reason(
            one["x_method"],
            one["x_source"] or "",
            one["x_file"],
            one["x_line"],
            float(one["x_size"] / whole) if whole else 1.0,
        )
        for one in sources
    )


def _known(value: Any) -> Any:
    return None if is_missing(value) else value
