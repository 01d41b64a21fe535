"""Read what cost is held against in two months: days, orders, revenue and exchange rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import pandas as pd

from finops.business.effects import EXACT
from finops.errors import BadInput
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["Drivers", "read_drivers"]

Factors = tuple[list[Decimal], list[Decimal]]
Row = dict[str, Any]
_COMPANY = "*"


@dataclass(frozen=True)
class Drivers:
    """Factors of both months: what usage follows, the exchange rate, and what cost is divided by.

    Usage is the product of `followed` and usage per each, named `per_driver`. The measure is cost
    x `rates` (None in the bill's own currency) x `ratio` (None for cost itself), in `unit`.
    """

    followed: Factors
    followed_names: list[str]
    per_driver: str
    rates: tuple[Decimal, Decimal] | None
    ratio: Factors | None
    ratio_names: list[str]
    unit: str


def read_drivers(
    warehouse: Warehouse,
    *,
    months: tuple[str, str],
    measure: str,
    service: str | None,
    billing_currency: str,
    currency: str | None,
) -> Drivers:
    """Return the drivers of two months. Raises BadInput for those that the measure misses."""
    query = read_query("finops.business", "bridge_drivers")
    found = warehouse.sql(query).astype(object)
    found = found[found["billing_currency"] == billing_currency]
    company, own = _of(found, months, _COMPANY), _of(found, months, service or _COMPANY)
    rows = own if _have(own, "orders") else company
    if measure != "effective_cost":
        _require(own, measure, service, months)
        rows = own
    with localcontext(EXACT):
        return _drivers(rows, measure, months, billing_currency, currency)


def _drivers(
    rows: list[Row], measure: str, months: tuple[str, str], billing: str, currency: str | None
) -> Drivers:
    days = [Decimal(row["x_days"]) for row in rows]
    orders = [Decimal(row["x_orders"]) for row in rows] if _have(rows, "orders") else None
    names, levels = ["calendar_days"], [days]
    if orders:
        names, levels = [*names, "orders"], [*levels, orders]
    wanted = _currency(rows, measure, billing, currency)
    divided_names, divided = list(names), list(levels)
    if measure == "cost_to_revenue":
        divided_names.append("revenue_per_order" if orders else "revenue_per_day")
        divided.append([Decimal(row["x_revenue"]) for row in rows])
    before, after = _steps(divided)
    inverse = ([1 / one for one in before], [1 / one for one in after])
    is_ratio = measure != "effective_cost"
    unit = {"cost_per_order": f"{wanted} per order", "cost_to_revenue": "of revenue"}
    return Drivers(
        followed=_steps(levels),
        followed_names=names,
        per_driver="usage_per_order" if orders else "usage_per_day",
        rates=None if wanted == billing else _rates(rows, months, billing, wanted),
        ratio=inverse if is_ratio else None,
        ratio_names=divided_names,
        unit=unit.get(measure, wanted),
    )


def _steps(levels: Sequence[Sequence[Decimal]]) -> Factors:
    """Return days, orders per day, revenue per order … of both months: each level over the last."""
    steps: Factors = ([], [])
    for side, factors in enumerate(steps):
        below = Decimal(1)
        for level in levels:
            factors.append(level[side] / below)
            below = level[side]
    return steps


def _of(found: pd.DataFrame, months: tuple[str, str], service: str) -> list[Row]:
    """Return the rows of one service, one per month; empty where a month has none."""
    rows: list[Row] = []
    for month in months:
        of_month = found[(found["billing_period"] == month) & (found["x_service"] == service)]
        rows += [{str(k): v for k, v in row.items()} for row in of_month.to_dict("records")]
    return rows if len(rows) == len(months) else []


def _have(rows: list[Row], series: str) -> bool:
    """Return whether the series is there and above zero, on each day with cost of both months."""
    return bool(rows) and all(
        row[f"x_days_with_{series}"] == row["x_service_days"] and row[f"x_{series}"] > 0
        for row in rows
    )


def _require(rows: list[Row], measure: str, service: str | None, months: tuple[str, str]) -> None:
    series = "revenue" if measure == "cost_to_revenue" else "orders"
    if _have(rows, series):
        return
    whose = f"the service {service!r}" if service else "the company"
    first = _first_gap(rows, series) or " and ".join(months)
    raise BadInput(
        f"{measure} needs the {series} of {whose} on every day with cost, and in {first} some are "
        f"missing or zero: complete business/{series}. The bridge of effective_cost still holds."
    )


def _first_gap(rows: list[Row], series: str) -> str:
    for row in rows:
        if not _have([row], series):
            return str(row["billing_period"])
    return ""


def _currency(rows: list[Row], measure: str, billing: str, currency: str | None) -> str:
    """Return the currency that the measure is in."""
    if measure != "cost_to_revenue":
        return currency or billing
    found = {str(row["x_revenue_currency"]) for row in rows}
    if len(found) > 1 or any(row["x_revenue_currencies"] != 1 for row in rows):
        raise BadInput(
            f"cost_to_revenue needs revenue in one currency, not {', '.join(sorted(found))} "
            "and others in one month. The bridge of cost_per_order still holds."
        )
    wanted = found.pop()
    if currency not in (None, wanted):
        raise BadInput(f"cost_to_revenue is in the currency of revenue, {wanted}, not {currency}.")
    return wanted


def _rates(
    rows: list[Row], months: tuple[str, str], billing: str, wanted: str
) -> tuple[Decimal, Decimal]:
    reporting = {str(row["x_reporting_currency"]) for row in rows}
    if reporting != {wanted}:
        raise BadInput(
            f"A bridge in {wanted} is not possible: the bill is in {billing} and the reporting "
            f"currency is {', '.join(sorted(reporting))}. Each of the two holds."
        )
    missing = [m for m, row in zip(months, rows, strict=True) if pd.isna(row["x_exchange_rate"])]
    if missing:
        raise BadInput(
            f"business/exchange_rates has no rate from {billing} to {wanted} for "
            f"{' and '.join(missing)}. The bridge in {billing} still holds."
        )
    before, after = (Decimal(str(row["x_exchange_rate"])) for row in rows)
    return before, after
