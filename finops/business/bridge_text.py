"""Say a bridge in two sentences that finance can paste, in English or Korean."""

from decimal import Decimal
from typing import Any

import pandas as pd

from finops.definitions import before_tax
from finops.languages import LANGUAGES, place_of
from finops.text import Number, cents, money, month_text, number, percent, plain

__all__ = [
    "ALL_ELSE",
    "CUT_AXIS",
    "EFFECTS",
    "effect_name",
    "measure_name",
    "sentences",
    "value_text",
]


# Every effect in the order of a bridge: what the business did, what engineers did, what prices and
# discounts did, what is billed once, and what only moved money.
EFFECTS: dict[str, tuple[str, str]] = {
    "calendar_days": ("days in the month", "월 일수"),
    "orders": ("orders per day", "일 주문 수"),
    "revenue_per_order": ("revenue per order", "주문당 매출"),
    "revenue_per_day": ("revenue per day", "일 매출"),
    "usage_per_order": ("usage per order", "주문당 사용량"),
    "usage_per_day": ("usage per day", "일 사용량"),
    "mix": ("mix", "구성 변화"),
    "new": ("new usage", "신규 사용"),
    "gone": ("ended usage", "종료된 사용"),
    "not_priced": ("usage without a price", "단가 없는 사용"),
    "price_tier": ("price tiers", "요금 구간"),
    "list_price": ("list prices", "정가"),
    "discounts": ("discounts", "할인"),
    "coverage": ("commitment coverage", "약정 적용 범위"),
    "commitment_rate": ("commitment rates", "약정 요율"),
    "unused_commitments": ("unused commitments", "미사용 약정"),
    "fees": ("one-time fees", "일회성 요금"),
    "support": ("support", "지원료"),
    "tax": ("tax", "세금"),
    "credits": ("credits", "크레딧"),
    "refunds": ("refunds", "환불"),
    "owner_changes": ("changes of owner", "소유 변경"),
    "shared_cost": ("shared cost", "공용 비용"),
    "exchange_rate": ("the exchange rate", "환율"),
}
_MEASURES = {
    "effective_cost": ("Effective cost", "유효 비용"),
    "cost_per_order": ("Cost per order", "주문당 비용"),
    "cost_to_revenue": ("Cost to revenue", "매출 대비 비용"),
}
ALL_ELSE = ("all else", "그 밖")
CUT_AXIS = ("The axis does not start at zero", "축은 0에서 시작하지 않습니다")
_NAMED = 3


def effect_name(effect: str, lang: str = "en") -> str:
    """Return what readers call an effect. Raises BadInput for another language than en and ko."""
    return EFFECTS[effect][place_of(lang)]


def measure_name(measure: str, lang: str = "en") -> str:
    """Return what readers call a measure of the bridge. Raises BadInput as effect_name does."""
    return f"{_MEASURES[measure][place_of(lang)]}, {before_tax(lang)}"


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
    position = place_of(lang)
    if frame.empty:
        return (("Nothing changed.", "변화가 없습니다.")[position], "")
    first = frame.iloc[0]
    return _change(first, position), _reasons(frame, str(first["x_unit"]), position)


def _change(first: "pd.Series[Any]", position: int) -> str:
    before, after = Decimal(str(first["x_base_total"])), Decimal(str(first["x_total"]))
    unit, change = str(first["x_unit"]), after - before
    share = percent(change / before, signed=True) if before > 0 else "–"
    lang = LANGUAGES[position]
    name = _MEASURES[str(first["x_measure"])][position]
    measure = f"{name}({before_tax(lang)})" if position else f"{name} {before_tax(lang)}"
    base, period = (
        month_text(str(first[name]), lang) for name in ("x_base_period", "billing_period")
    )
    values = [value_text(one, unit) for one in (before, after)]
    if position:
        return (
            f"{measure}: {base} {values[0]} → {period} {values[1]}, "
            f"{value_text(change, unit, signed=True)} ({share})."
        )
    return (
        f"{measure} went from {values[0]} in {base} to {values[1]} in "
        f"{period}: {value_text(change, unit, signed=True)} ({share})."
    )


def _reasons(frame: pd.DataFrame, unit: str, position: int) -> str:
    sums = frame.astype({"x_change": object}).groupby("x_effect", sort=False)["x_change"].sum()
    largest = sorted(sums.index, key=lambda name: -abs(sums[name]))[:_NAMED]
    parts = [
        f"{EFFECTS[name][position]} {value_text(sums[name], unit, signed=True)}"
        f" ({_where(frame[frame['x_effect'] == name], position)})"
        for name in largest
    ]
    rest = sum(sums, Decimal(0)) - sum((sums[name] for name in largest), Decimal(0))
    if len(sums) > _NAMED:
        parts.append(f"{ALL_ELSE[position]} {value_text(rest, unit, signed=True)}")
    return f"{('The reasons', '원인')[position]}: {', '.join(parts)}."


def _where(part: pd.DataFrame, position: int) -> str:
    """Return whose and which AWS service's cost has the largest part of an effect."""
    sizes = part["x_change"].astype(object)
    row = part.loc[max(part.index, key=lambda i: abs(sizes[i]))]
    owner = row["x_team"] if row["x_service"] == "unowned" else row["x_service"]
    mostly = ("most: ", "최대: ")[position]
    return f"{mostly}{plain(owner, 30)}, {plain(row['service_name'], 40)}"
