"""Read from a warehouse what anomalies are looked for in: daily cost, orders and events."""

import pandas as pd

from finops.warehouse.connect import Warehouse

__all__ = ["by_team_and_service", "delivered_on", "events", "orders"]


def by_team_and_service(warehouse: Warehouse) -> pd.DataFrame:
    """Return date, key ("team / AWS service") and cost: effective cost of usage, per day.

    Fees, tax, credits, refunds and discounts are left out. A bill in several currencies has the
    currency in its keys.
    """
    return warehouse.sql(
        "with currencies as (select count(distinct billing_currency) as n from marts.team_day) "
        "select charge_date as date, x_team || ' / ' || coalesce(service_name, 'no service') "
        "|| case when n > 1 then ' / ' || billing_currency else '' end as key, "
        "sum(x_usage_effective_cost) as cost "
        "from marts.team_day cross join currencies "
        "group by all order by all"
    )


def orders(warehouse: Warehouse) -> pd.DataFrame:
    """Return date (UTC) and orders of the whole company.

    Without orders by hour or day in business/ the frame is empty.
    """
    return warehouse.sql(
        "select date, orders from business.daily_orders "
        "where service = '*' and orders is not null order by date"
    )


def events(warehouse: Warehouse) -> pd.DataFrame:
    """Return start, end, key and kind of business/events.csv and of changes of the calendar.

    An event of a service of yours is one of the team that runs it, because keys name teams.
    A day that business/holidays removes from the public calendar is a `workday`.
    """
    return warehouse.sql(
        'select events.start, events."end", coalesce(services.team, events.key) as key, '
        "events.kind from business.events "
        "left join mappings.services on events.key = services.service "
        "union all select date, date, '*', "
        "case when x_is_holiday then 'holiday' else 'workday' end "
        "from business.holidays where x_source <> 'public calendar' "
        "order by start, key, kind"
    )


def delivered_on(warehouse: Warehouse) -> pd.Timestamp | None:
    """Return the day of the newest delivery: what ended two days before it is complete."""
    newest = warehouse.sql("select max(x_delivered_at) as day from marts.trust_header")["day"]
    return None if newest.isna().all() else pd.Timestamp(newest.iloc[0]).normalize()
