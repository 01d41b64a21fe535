"""Give each series its days: those of the bill, UTC, and those of the company's time zone."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from finops.csv_input import FIRST_DAY, LAST_DAY

__all__ = ["create_series_days", "create_zone_days"]

UTC = "UTC"
_ONE_DAY = dt.timedelta(days=1)


def create_zone_days(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Create `business.zone_days`, one row per date and zone: when it begins and ends, in UTC.

    date, is_local (whether the zone is `timezone`, else it is UTC), x_day_zone, x_start, x_end.
    Where clocks change a day has 23 or 25 hours.
    """
    for is_local, zone in ((False, UTC), (True, timezone)):
        con.register("zone_rows", _days_of(zone))
        create = "insert into business.zone_days" if is_local else _CREATE_ZONE_DAYS
        con.execute(
            f"{create} select date, cast(? as boolean) as is_local, cast(? as varchar) "
            "as x_day_zone, x_start, x_end from zone_rows",
            [is_local, zone],
        )
        con.unregister("zone_rows")


def create_series_days(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Make the days of orders, revenue and drivers of their rows by hour or day.

    `business.daily_orders` has the bill's days, UTC, `business.local_orders` those of `timezone`;
    rows that were given by day are in both as they are. So have `business.revenue` and
    `business.local_revenue`; `business.drivers` has the bill's. A day of which hours are missing
    is not whole: it has no orders or revenue, what is known of them is x_known_orders or
    x_known_revenue, and x_gap names the hours. Drivers are weights: what is known counts.
    x_day_zone is the zone of the date. `business.series_gaps` lists the bill's days that are not
    whole: x_series, x_key, date, x_gap.
    """
    con.execute(f"create or replace temp table series_days as {_SERIES_DAYS}", [timezone])
    for prefix, is_local in (("daily", "not is_local"), ("local", "is_local")):
        con.execute(
            f"create or replace table business.{prefix}_orders as select date, x_name as service, "
            "cast(case when x_gap is null then x_known end as bigint) as orders, "
            "cast(x_known as bigint) as x_known_orders, x_gap, x_day_zone "
            f"from series_days where x_series = 'orders' and {is_local}"
        )
        name = "revenue" if prefix == "daily" else "local_revenue"
        con.execute(
            f"create or replace table business.{name} as select date, x_name as service, "
            "cast(case when x_gap is null then x_known end as decimal(28, 4)) as revenue, "
            "currency, cast(x_known as decimal(28, 4)) as x_known_revenue, x_gap, x_day_zone "
            f"from series_days where x_series = 'revenue' and {is_local}"
        )
    con.execute(
        "create or replace table business.drivers as select date, x_name as driver, "
        "x_part as team, cast(x_known as decimal(30, 6)) as quantity, x_gap, x_day_zone "
        "from series_days where x_series = 'drivers' and not is_local"
    )
    con.execute(
        "create or replace table business.series_gaps as "
        "select distinct x_series, x_name as x_key, date, x_gap from series_days "
        "where x_gap is not null and not is_local order by all"
    )
    con.execute("drop table series_days")


@cache
def _days_of(zone: str) -> pa.Table:
    count = (LAST_DAY - FIRST_DAY).days + 1
    dates = [FIRST_DAY + number * _ONE_DAY for number in range(-1, count + 2)]
    starts = [_midnight(date, zone) for date in dates]
    return pa.table({"date": dates[:-1], "x_start": starts[:-1], "x_end": starts[1:]})


def _midnight(date: dt.date, zone: str) -> dt.datetime:
    """Return the first moment of a day, in UTC: of two midnights the first."""
    local = dt.datetime.combine(date, dt.time(), ZoneInfo(zone))
    return local.astimezone(dt.UTC).replace(tzinfo=None)


_CREATE_ZONE_DAYS = "create or replace table business.zone_days as"

# One row per series, name, part (the team of a driver), zone and day. Hours are numbered in their
# day, as clocks may show one of them twice.
_SERIES_DAYS = """
with given as (
    select
        'orders' as x_series, service as x_name, '' as x_part, '' as currency, hour, date,
        cast(orders as decimal(38, 6)) as quantity
    from business.orders where billing_period is null
    union all
    select 'revenue', service, '', currency, hour, date, cast(revenue as decimal(38, 6))
    from business.revenue
    union all
    select 'drivers', driver, team, '', hour, date, cast(quantity as decimal(38, 6))
    from business.drivers
),

hours as (
    select
        given.* exclude (date),
        zone_days.is_local,
        zone_days.x_day_zone,
        case
            when hour < x_start then zone_days.date - 1
            when hour >= x_end then zone_days.date + 1
            else zone_days.date
        end as date
    from given
    inner join business.zone_days on cast(given.hour as date) = zone_days.date
),

numbered_hours as (
    select
        hours.*,
        zone_days.x_start,
        cast(floor(epoch(hour - zone_days.x_start) / 3600) as integer) as hour_number,
        cast(ceil(epoch(zone_days.x_end - zone_days.x_start) / 3600) as integer) as day_hours
    from hours
    inner join business.zone_days
        on hours.date = zone_days.date and hours.is_local = zone_days.is_local
),

known_hours as (
    select
        x_series, x_name, is_local, date, x_start, day_hours,
        list(distinct hour_number) as known
    from numbered_hours
    group by all
),

gaps as (
    select
        x_series, x_name, is_local, date, day_hours,
        list_filter(range(day_hours), lambda one: not list_contains(known, one)) as missing,
        x_start + to_hours(missing[1]) as first_missing
    from known_hours
    where len(known) < day_hours
),

gap_texts as (
    select
        x_series, x_name, is_local, date,
        (day_hours - len(missing)) || ' of ' || day_hours || ' hours, without '
        || strftime(first_missing, '%Y-%m-%d %H:%M UTC')
        || case
            when zone.name = 'UTC' then ''
            else ' (' || strftime(timezone(zone.name, timezone('UTC', first_missing)), '%H:%M')
                || ' in ' || zone.name || ')'
        end
        || case when len(missing) > 1 then ' and ' || (len(missing) - 1) || ' more' else '' end
        as x_gap
    from gaps
    cross join (select cast(? as varchar) as name) as zone
),

days as (
    select
        given.* exclude (hour), zone_days.is_local,
        -- A day that was given as such is the company's, beside the bill's days too.
        (select max(x_day_zone) from business.zone_days where is_local) as x_day_zone
    from given
    cross join (select distinct is_local from business.zone_days) as zone_days
    where given.date is not null
    union all by name
    select * exclude (hour, x_start, hour_number, day_hours) from numbered_hours
),

sums as (
    select
        x_series, x_name, x_part, is_local, x_day_zone, date,
        min(currency) as currency,
        case when count(distinct currency) = 1 then sum(quantity) end as x_known
    from days
    group by x_series, x_name, x_part, is_local, x_day_zone, date
)

select
    sums.*,
    -- A day that changes its currency has no sum.
    case when sums.x_known is null then 'several currencies' else gap_texts.x_gap end as x_gap
from sums
left join gap_texts
    on
        sums.x_series = gap_texts.x_series
        and sums.x_name = gap_texts.x_name
        and sums.is_local = gap_texts.is_local
        and sums.date = gap_texts.date
"""
