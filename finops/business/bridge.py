"""Explain what moved cost, cost per order or cost to revenue between two months."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

import pandas as pd
import pyarrow as pa

from finops.business.bridge_text import EFFECTS
from finops.business.drivers import Drivers, read_drivers
from finops.business.effects import (
    DIGIT,
    EXACT,
    GROUP,
    TWO,
    product_effects,
    usage_effects,
    whole_parts,
)
from finops.business.tiers import at_other_prices
from finops.errors import BadInput
from finops.sql import read_query
from finops.warehouse.connect import Warehouse

__all__ = ["MEASURES", "bridge"]

MEASURES = ("effective_cost", "cost_per_order", "cost_to_revenue")
_COST = ["x_base_effective_cost", "effective_cost"]


def bridge(
    warehouse: Warehouse,
    *,
    period: str,
    base: str,
    measure: str = "effective_cost",
    team: str | None = None,
    service: str | None = None,
    currency: str | None = None,
) -> pd.DataFrame:
    """Return what moved a measure from month `base` to month `period` (YYYY-MM), part by part.

    One row per effect, team, service and AWS service: x_base_period, billing_period, x_measure,
    x_unit (`USD`, `USD per order`, `of revenue`), x_effect (see bridge_text.EFFECTS), x_team,
    x_service, service_name, and x_change, exact, in that unit. x_change sums to x_total less
    x_base_total, the measure in both months. Cost is effective cost after shared cost is split and
    before recoverable tax, as in marts.team_month, of all, or of one team or service of yours;
    orders and revenue are the company's, or those of the `service` where they are counted.
    `currency` is the bill's own, or the reporting currency: the exchange rate is then an effect.
    Method: effects.usage_effects.

    Raises BadInput, which says what is missing and what still holds.
    """
    _check(warehouse, period, base, measure)
    items, billing_currency = _read_items(warehouse, base, period, currency)
    items = _owned_by(items, team, service)
    drivers = read_drivers(
        warehouse,
        months=(base, period),
        measure=measure,
        service=service,
        billing_currency=billing_currency,
        currency=currency,
    )
    with localcontext(EXACT):
        groups: pd.DataFrame = items.groupby(GROUP, as_index=False)[_COST].sum()
        rows = _cost_effects(items, drivers)
        if drivers.rates:
            rows, groups = _times(rows, groups, ["exchange_rate"], *_each(drivers.rates))
        if drivers.ratio:
            rows, groups = _times(rows, groups, drivers.ratio_names, *drivers.ratio)
        sums: pd.DataFrame = rows.groupby([*GROUP, "x_effect"], as_index=False).sum()
        frame = _rounded(sums, groups)
    frame = frame[frame["x_change"] != 0].assign(
        x_base_period=base, billing_period=period, x_measure=measure, x_unit=drivers.unit
    )
    return _typed(frame)


def _check(warehouse: Warehouse, period: str, base: str, measure: str) -> None:
    if measure not in MEASURES:
        raise BadInput(f"{measure!r} is no measure of the bridge: {', '.join(MEASURES)}.")
    if base == period:
        raise BadInput(f"A bridge needs two months; base and period are both {base}.")
    built = list(warehouse.status()["billing_period"])
    missing = [month for month in (base, period) if month not in built]
    if missing:
        raise BadInput(
            f"No bill of {' and '.join(missing)} is built. Built: {', '.join(built) or 'none'}."
        )


def _read_items(
    warehouse: Warehouse, base: str, period: str, currency: str | None
) -> tuple[pd.DataFrame, str]:
    """Return the items of one billing currency as Python objects, and that currency."""
    found = [
        warehouse.sql(_query(name), base=base, period=period).astype(object)
        for name in ("bridge_items", "bridge_shared")
    ]
    items = pd.concat(found, ignore_index=True)
    currencies = sorted(set(items["billing_currency"]))
    if currency in currencies:
        items = items[items["billing_currency"] == currency]
    elif len(currencies) > 1:
        raise BadInput(
            f"{base} and {period} are billed in {', '.join(currencies)}, and money of two "
            f"currencies never adds up. A bridge of each holds: currency={currencies[0]!r}."
        )
    billing_currency = str(items["billing_currency"].iloc[0])
    items = items[items["x_effect"] != "vat"]
    # The accounts of a payer fill a tier together, so tiers are told before owners are parted.
    with localcontext(EXACT):
        return at_other_prices(items, of_whole_months=True), billing_currency


def _query(name: str) -> str:
    return read_query("finops.business", name)


def _owned_by(items: pd.DataFrame, team: str | None, service: str | None) -> pd.DataFrame:
    """Return the items of one team or service."""
    for column, wanted in (("x_team", team), ("x_service", service)):
        known = sorted(set(items[column]))
        if wanted is not None and wanted not in known:
            kind = column.removeprefix("x_")
            raise BadInput(
                f"The {kind} {wanted!r} has no cost in these months. With cost: {', '.join(known)}."
            )
        items = items if wanted is None else items[items[column] == wanted]
    if items.empty:
        raise BadInput(f"The service {service!r} has no cost of the team {team!r} in these months.")
    return items


def _cost_effects(items: pd.DataFrame, drivers: Drivers) -> pd.DataFrame:
    """Return the effects on cost in the billing currency, per GROUP; pairs may repeat."""
    is_usage = items["x_effect"] == "usage"
    usage = usage_effects(items[is_usage], *drivers.followed)
    names = {f"driver_{n}": name for n, name in enumerate(drivers.followed_names)}
    usage["x_effect"] = usage["x_effect"].replace({**names, "per_driver": drivers.per_driver})
    others = items[~is_usage]
    others = others[GROUP].assign(
        x_effect=others["x_effect"],
        x_effect_cost=others["effective_cost"] - others["x_base_effective_cost"],
    )
    return pd.concat([usage, others], ignore_index=True)


def _times(
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    names: Sequence[str],
    before: Sequence[Decimal],
    after: Sequence[Decimal],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return effects and totals times some factors, whose own effects are `names`."""
    scale = product_effects(before, after)
    start, end = _product(before), _product(after)
    level = groups["x_base_effective_cost"] + groups["effective_cost"]
    own = [
        groups[GROUP].assign(x_effect=name, x_effect_cost=level * (effect / TWO))
        for name, effect in zip(names, scale, strict=True)
    ]
    scaled = rows.assign(x_effect_cost=rows["x_effect_cost"] * ((start + end) / TWO))
    multiplied = groups.assign(
        x_base_effective_cost=groups["x_base_effective_cost"] * start,
        effective_cost=groups["effective_cost"] * end,
    )
    return pd.concat([scaled, *own], ignore_index=True), multiplied


def _each(pair: tuple[Decimal, Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    return [pair[0]], [pair[1]]


def _product(factors: Sequence[Decimal]) -> Decimal:
    result = Decimal(1)
    for factor in factors:
        result *= factor
    return result


def _rounded(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the effects in whole last digits that sum to the change, within each group too."""
    before, after = (list(groups[name]) for name in _COST)
    start, end = (sum(one, Decimal(0)).quantize(DIGIT) for one in (before, after))
    changes = [new - old for old, new in zip(before, after, strict=True)]
    targets = dict(
        zip(
            groups[GROUP].itertuples(index=False, name=None),
            whole_parts(changes, end - start),
            strict=True,
        )
    )
    parts = [
        pd.Series(whole_parts(list(part), targets[key]), index=part.index)
        for key, part in rows.groupby(GROUP)["x_effect_cost"]
    ]
    return rows.assign(
        x_change=pd.concat(parts),
        x_base_total=pd.Series([start] * len(rows), index=rows.index),
        x_total=pd.Series([end] * len(rows), index=rows.index),
    )


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a bridge in order, by effect, the largest change first."""
    order = {name: position for position, name in enumerate(EFFECTS)}
    frame = frame.assign(
        x_place=[order[name] for name in frame["x_effect"]],
        x_size=[-abs(change) for change in frame["x_change"]],
    )
    frame = frame.sort_values(["x_place", "x_size", *GROUP], ignore_index=True)
    texts = ["x_base_period", "billing_period", "x_measure", "x_unit", "x_effect", *GROUP]
    amounts = ["x_change", "x_base_total", "x_total"]
    exact = pd.ArrowDtype(pa.decimal128(38, 16))
    kinds = dict.fromkeys(texts, pd.ArrowDtype(pa.string())) | dict.fromkeys(amounts, exact)
    return frame[[*texts, *amounts]].astype(kinds)
