"""Upfront fees are spread over the hours of their term, at the rate they were paid."""

from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.close.prepaid import Upfront, month_hours, roll_forward

BOUGHT = datetime(2026, 1, 15, 10)


def upfront(coins=876_000, *, rate=1300, years=1, start=BOUGHT, refunded=None):
    return Upfront(
        commitment="sp-1",
        kind="Savings Plan",
        seller="AWS",
        currency="USD",
        start=start,
        end=start.replace(year=start.year + years),
        rate=Decimal(rate),
        paid={f"{start:%Y-%m}": (coins, round(coins * rate / 100))},
        refunded=refunded or {},
    )


def months(first="2026-01", count=13):
    return [str(one) for one in pd.period_range(first, periods=count, freq="M")]


def amortised(one, *, books=False, count=13):
    rolls = [roll_forward([one], month, books=books) for month in months(count=count)]
    return {
        month: int(roll["x_amortised"].iloc[0])
        for month, roll in zip(months(count=count), rolls, strict=True)
    }


def test_one_dollar_an_hour_is_amortised_by_the_hours_of_each_month():
    """Known answer: $8,760 for a year from 2026-01-15T10:00Z."""
    one = upfront()
    hours = {month: month_hours(one, month) for month in months()}
    assert (hours["2026-01"], hours["2026-02"], hours["2026-03"]) == (398, 672, 744)
    assert hours["2027-01"] == 346
    assert sum(hours.values()) == 8760
    assert amortised(one) == {month: int(value) * 100 for month, value in hours.items()}
    december = roll_forward([one], "2026-12", books=False).iloc[0]
    assert (december["x_close"], december["x_remaining_hours"]) == (34_600, 346)


def test_won_of_an_upfront_fee_keep_the_rate_of_the_day_it_was_paid():
    """Known answer: $12,000 at 1,300 is 15,600,000 won, 1,300,000 a month on average."""
    year = upfront(1_200_000, start=datetime(2026, 1, 1))
    won = amortised(year, books=True, count=12)
    assert sum(won.values()) == 15_600_000 == 12 * 1_300_000
    assert won["2026-02"] == round(15_600_000 * 672 / 8760)
    assert roll_forward([year], "2026-06", books=True)["x_rate"].iloc[0] == 1300


def test_a_roll_forward_opens_with_the_close_before_and_adds_up():
    one, close = upfront(years=3), 0
    for month in months(count=38):
        rows = roll_forward([one], month, books=True)
        if rows.empty:
            assert close == 0
            continue
        row = rows.iloc[0]
        assert row["x_open"] == close
        close = row["x_close"]
        moved = row["x_bought"] - row["x_amortised"] - row["x_refunded"]
        assert row["x_open"] + moved == close == row["x_current"] + row["x_non_current"]


def test_what_is_used_more_than_a_year_later_is_not_current():
    row = roll_forward([upfront(years=3)], "2026-12", books=False).iloc[0]
    total = (datetime(2029, 1, 15) - datetime(2026, 1, 15)).days * 24
    later = (datetime(2029, 1, 15, 10) - datetime(2028, 1, 1)).total_seconds() / 3600
    assert row["x_non_current"] == round(876_000 * later / total)


def test_a_returned_plan_gives_back_what_was_amortised():
    one = upfront(refunded={"2026-02": (876_000, 11_388_000)})
    january, february = (roll_forward([one], month, books=False) for month in months(count=2))
    assert january["x_amortised"].iloc[0] == 39_800
    assert february["x_amortised"].iloc[0] == -39_800
    assert february["x_close"].iloc[0] == 0
    assert roll_forward([one], "2026-03", books=False).empty


@given(
    st.integers(1, 10**12),
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31)).filter(
        lambda one: (one.month, one.day) != (2, 29)
    ),
    st.sampled_from([1, 3]),
)
def test_every_coin_is_amortised_once(coins, start, years):
    one = upfront(coins, start=start.replace(microsecond=0), years=years)
    rolls = [
        roll_forward([one], month, books=False)["x_amortised"].sum()
        for month in months(f"{start:%Y-%m}", 12 * years + 1)
    ]
    assert sum(rolls) == coins
    assert min(rolls) >= 0


@pytest.mark.parametrize("books", [False, True])
def test_what_is_left_is_hours_left_over_hours_of_the_term(books):
    one = upfront(years=3)
    for month in months(count=36):
        row = roll_forward([one], month, books=books).iloc[0]
        share = row["x_remaining_hours"] / row["x_term_hours"]
        assert abs(row["x_close"] - share * row["x_upfront_coins"]) <= Decimal("0.5")
