from decimal import Decimal

import pandas as pd
import pytest

from finops.text import money, month_name, percent, plain, safe_cell, unit_money


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1234567.005"), "USD", "1,234,567.01 USD"),
        (Decimal("-0.001"), "USD", "0.00 USD"),
        (-2005.4, "KRW", "−2,005 KRW"),
        (Decimal("0.5"), "KRW", "1 KRW"),
        (0, "EUR", "0.00 EUR"),
        (None, "USD", "–"),
        (pd.NA, "USD", "–"),
        (float("nan"), "USD", "–"),
        (float("inf"), "USD", "–"),
    ],
)
def test_money_has_separators_cents_and_currency(value, currency, text):
    assert money(value, currency) == text


def test_money_of_a_headline_has_no_cents_and_a_sign_when_asked():
    assert money(Decimal("539.85"), "USD", 0) == "540 USD"
    assert money(Decimal("715.04"), "USD", 0, signed=True) == "+715 USD"
    assert money(Decimal("0.2"), "USD", 0, signed=True) == "0 USD"


def test_one_order_has_two_decimals_more():
    assert unit_money(Decimal("0.02281"), "USD") == "0.0228 USD"
    assert unit_money(Decimal("32.836"), "KRW") == "32.84 KRW"


def test_percent_has_one_decimal_below_ten():
    assert [percent(share) for share in (0.0213, -0.85, 0.0996, 0.0994, None)] == [
        "2.1 %",
        "−85 %",
        "10 %",
        "9.9 %",
        "–",
    ]


def test_month_has_its_name():
    assert month_name("2018-12") == "December 2018"
    assert month_name("2026-09", short=True) == "Sep 2026"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_safe_cell_never_starts_a_formula(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_safe_cell_leaves_other_text():
    assert safe_cell("search = good") == "search = good"
    assert safe_cell("") == ""


def test_plain_text_has_no_control_characters_and_is_cut_in_the_middle():
    assert plain("a\x1b[2Jb\nc") == "a�[2Jb�c"
    assert plain("검색팀") == "검색팀"
    assert plain("abcdefghij", 7) == "abc…hij"
    assert plain(None) == "–"
