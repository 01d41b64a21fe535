"""Know the public holidays of Korea, and what the company changed of them."""

from collections.abc import Iterable
from datetime import date
from functools import cache

import duckdb
import holidays
import pyarrow as pa

__all__ = ["create_holidays", "korean_holidays"]

# The years that `business.holidays` has.
YEARS = (2015, 2040)


def korean_holidays(years: Iterable[int]) -> dict[date, str]:
    """Return the public holidays of Korea in some years, with their English names."""
    return {day: name for year in sorted(set(years)) for day, name in _of_year(year).items()}


@cache
def _of_year(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("KR", years=year, language="en_US"))


def create_holidays(con: duckdb.DuckDBPyConnection) -> None:
    """Make `business.holidays` of the public calendar and the rows of business/holidays.

    One row per date: date, name, x_is_holiday and x_source (`public calendar`, or
    `business/holidays` for a day that was added or removed).
    """
    days = korean_holidays(range(YEARS[0], YEARS[1] + 1))
    table = pa.table({"date": list(days), "name": list(days.values())})
    con.register("public_holidays", table)
    con.execute(
        "create or replace table business.holidays as "
        "select coalesce(changes.date, public.date) as date, "
        "coalesce(changes.name, public.name) as name, "
        "coalesce(changes.change = 'add', true) as x_is_holiday, "
        "case when changes.date is null then 'public calendar' else 'business/holidays' end "
        "as x_source from public_holidays as public "
        "full outer join business.holidays as changes on public.date = changes.date order by 1"
    )
    con.unregister("public_holidays")
