"""Say a bridge in two sentences that finance can paste, in English or Korean."""

from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from finops.definitions import before_tax
from finops.languages import say as say_of
from finops.text import Number, cents, money, month_text, number, percent, plain

__all__ = [
    "EFFECTS",
    "effect_name",
    "measure_name",
    "say",
    "sentences",
    "value_text",
]


# Every effect in the order of a bridge: what the business did, what engineers did, what prices and
# discounts did, what is billed once, and what only moved money.
EFFECTS = (
    "calendar_days",
    "orders",
    "revenue_per_order",
    "revenue_per_day",
    "usage_per_order",
    "usage_per_day",
    "mix",
    "new",
    "gone",
    "not_priced",
    "price_tier",
    "list_price",
    "discounts",
    "coverage",
    "commitment_rate",
    "unused_commitments",
    "fees",
    "support",
    "tax",
    "credits",
    "refunds",
    "owner_changes",
    "shared_cost",
    "exchange_rate",
)
_NAMED = 3


# A text of a bridge by key and language, `en` or `ko`, with its values filled in.
say = partial(say_of, "bridge")


def effect_name(effect: str, lang: str = "en") -> str:
    """Return what readers call an effect. Raises BadInput for another language than en and ko."""
    return say(f"effect_{effect}", lang)


def measure_name(measure: str, lang: str = "en") -> str:
    """Return what readers call a measure of the bridge. Raises BadInput as effect_name does."""
    return f"{say(f'measure_{measure}', lang)}, {before_tax(lang)}"


def value_text(value: Number, unit: str, *, signed: bool = False) -> str:
    """Return a value of a bridge: money of a month or order, or a share of revenue."""
    if unit == "of revenue":
        return percent(value, 3, signed=signed)
    currency, _, per_order = unit.partition(" ")
    if per_order:
        return money(value, currency, cents(currency) + 4, signed=signed)
    return f"{number(value, 0, signed=signed)} {currency}"


def sentences(frame: pd.DataFrame, lang: str = "en") -> tuple[str, str]:
    """Return two sentences on a bridge: what changed by how much, and the largest reasons.

    Each reason names where most of it is, and the last part is all the rest. An empty bridge says
    that nothing changed.
    """
    if frame.empty:
        return say("nothing", lang), ""
    first = frame.iloc[0]
    return _change(first, lang), _reasons(frame, str(first["x_unit"]), lang)


def _change(first: "pd.Series[Any]", lang: str) -> str:
    before, after = Decimal(str(first["x_base_total"])), Decimal(str(first["x_total"]))
    unit, change = str(first["x_unit"]), after - before
    name = say(f"measure_{first['x_measure']}", lang)
    return say(
        "change",
        lang,
        measure=say("of_measure", lang, measure=name, before_tax=before_tax(lang)),
        base=month_text(str(first["x_base_period"]), lang),
        before=value_text(before, unit),
        period=month_text(str(first["billing_period"]), lang),
        after=value_text(after, unit),
        change=value_text(change, unit, signed=True),
        share=percent(change / before, signed=True) if before > 0 else "–",
    )


def _reasons(frame: pd.DataFrame, unit: str, lang: str) -> str:
    sums = frame.astype({"x_change": object}).groupby("x_effect", sort=False)["x_change"].sum()
    largest = sorted(sums.index, key=lambda name: -abs(sums[name]))[:_NAMED]
    parts = [
        f"{effect_name(name, lang)} {value_text(sums[name], unit, signed=True)}"
        f" ({_where(frame[frame['x_effect'] == name], lang)})"
        for name in largest
    ]
    rest = sum(sums, Decimal(0)) - sum((sums[name] for name in largest), Decimal(0))
    if len(sums) > _NAMED:
        parts.append(f"{say('all_else', lang)} {value_text(rest, unit, signed=True)}")
    return say("reasons", lang, parts=", ".join(parts))


def _where(part: pd.DataFrame, lang: str) -> str:
    """Return whose and which AWS service's cost has the largest part of an effect."""
    sizes = [abs(change) for change in part["x_change"]]
    row = part.iloc[sizes.index(max(sizes))]
    owner = row["x_team"] if row["x_service"] == "unowned" else row["x_service"]
    return say("mostly", lang, owner=plain(owner, 30), service=plain(row["service_name"], 40))
