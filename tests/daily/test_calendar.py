"""The calendar of a series: which rows are compared with which."""

import pandas as pd
import pytest

from finops.daily.calendar import calendar_of


@pytest.mark.parametrize(("first", "last"), [("2024-01-30", "2024-05-31"), ("2023-02-01", None)])
def test_same_day_is_that_of_the_last_three_months_where_they_have_it(first, last):
    dates = pd.date_range(first, last or first)
    expected = []
    for day in dates:
        others = [day - pd.DateOffset(months=back) for back in (1, 2, 3)]
        is_there = [one in dates and one.day == day.day for one in others]
        rows = [dates.get_loc(one) if ok else -1 for one, ok in zip(others, is_there, strict=True)]
        expected.append(rows)
    assert calendar_of(dates, ["a"], None, None).same_day.tolist() == expected


def test_a_31st_has_no_partner_in_a_month_of_30_days():
    dates = pd.date_range("2024-03-01", "2024-05-31")
    # 31 May: none in April, 31 March, none in February.
    assert calendar_of(dates, ["a"], None, None).same_day[-1].tolist() == [-1, 30, -1]
