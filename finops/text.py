"""Write money, shares and months the way a reader expects them."""

import calendar
import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from unicodedata import category

from finops.languages import say

__all__ = [
    "harmless",
    "join",
    "kind_text",
    "money",
    "money_format",
    "month_name",
    "month_text",
    "number",
    "percent",
    "place_text",
    "plain",
    "safe_cell",
    "unit_money",
]

Number = Decimal | float | int

MISSING = "–"
MINUS = "−"
# Currencies whose smallest coin is the unit itself.
_WITHOUT_CENTS = {"CLP", "JPY", "KRW", "VND"}
_MONEY, _COINS = "#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0"
# Excel reads the wide signs of Asian keyboards like the others.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_missing(value: object) -> bool:
    """Return whether a value read from a table is absent: None, NA, NaT or NaN."""
    if value is None or isinstance(value, str):
        return value is None
    # Here, because text needs no pandas.
    import pandas as pd

    return pd.api.types.is_scalar(value) and bool(pd.isna(value))  # type: ignore[call-overload]


def number(value: Number | None, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number with thousands separators and a true minus sign; `–` if it is missing."""
    if is_missing(value) or value is None or not math.isfinite(value):
        return MISSING
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{decimals}f}"


def money(
    value: Number | None, currency: str, decimals: int | None = None, *, signed: bool = False
) -> str:
    """Return money with its currency code, such as `−2,005 USD`.

    Without `decimals`, as a table has it: two, or none in a currency without cents.
    """
    places = cents(currency) if decimals is None else decimals
    text = number(value, places, signed=signed)
    return text if text == MISSING else f"{text} {currency}"


def unit_money(value: Number | None, currency: str, *, signed: bool = False) -> str:
    """Return the money of one order, with two decimals more than a price has."""
    return money(value, currency, cents(currency) + 2, signed=signed)


def cents(currency: str) -> int:
    """Return the decimals of a price in `currency`."""
    return 0 if currency in _WITHOUT_CENTS else 2


def percent(share: Number | None, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return a share as per cent, such as `2.1 %`; below 10 % with one decimal."""
    if is_missing(share) or share is None:
        return MISSING
    scaled = share * 100
    places = (1 if abs(float(scaled)) < 9.95 else 0) if decimals is None else decimals
    text = number(scaled, places, signed=signed)
    return text if text == MISSING else f"{text} %"


def money_format(currency: str) -> str:
    """Return the number format of a workbook for a currency: Korean won have no decimals."""
    return _MONEY if cents(currency) else _COINS


def month_name(billing_period: str, *, short: bool = False) -> str:
    """Return `December 2018` for `2018-12`, or `Dec 2018` if `short`."""
    year, _, month = billing_period.partition("-")
    names = calendar.month_abbr if short else calendar.month_name
    return f"{names[int(month)]} {year}"


def month_text(billing_period: str, lang: str = "en") -> str:
    """Return a month such as `May 2026`. Raises BadInput for a language that has no texts."""
    year, _, month = billing_period.partition("-")
    name = calendar.month_name[int(month)]
    return say("date", "month", lang, name=name, month=str(int(month)), year=year)


def kind_text(anomaly: dict[Any, Any]) -> str:
    """Return the kind of a row of `anomalies.detect` in words, and whether its days may grow."""
    return plain(anomaly["kind"]).replace("_", " ") + (
        " (incomplete)" if anomaly["incomplete"] else ""
    )


def place_text(key: object, language: str = "en") -> str:
    """Return the key of an anomaly in words: `*` is all teams."""
    text = plain(key)
    everybody = say("definition", "all_teams", language)
    return f"{everybody}{text[1:]}" if text.startswith("*") else text


def plain(text: object, limit: int | None = None) -> str:
    """Return text of a tag or mapping in one line without control characters, cut in the middle."""
    if is_missing(text):
        return MISSING
    line = harmless(str(text)).replace("\n", "�")
    if limit is None or len(line) <= limit:
        return line
    tail = limit // 2
    return f"{line[: limit - tail - 1]}…{line[-tail:]}"


def harmless(text: str) -> str:
    """Return lines of text in which no character moves a cursor or turns the writing around."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" or category(char) == "Zs" else "�"
        for char in text
    )


def safe_cell(text: str) -> str:
    """Return text that a spreadsheet shows and never runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def join(*texts: str) -> str:
    """Return the texts that are not empty as one line."""
    return "; ".join(text for text in texts if text)
