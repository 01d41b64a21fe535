"""Read what was known on a day: charges as delivered by then, orders, rates and plans."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from finops.errors import BadInput
from finops.forecast.observed_deliveries import last_complete, observed, still_open
from finops.incidents import sources
from finops.ingest.deliveries import read_records
from finops.inputs import planned_changes as planned
from finops.inputs.support_tiers import Tier, read_tiers
from finops.sql import read_query
from finops.warehouse.as_of import moment
from finops.warehouse.connect import Warehouse, connect

__all__ = [
    "EXPIRY",
    "ITEM",
    "MEASURES",
    "Known",
    "known_events",
    "last_delivered_day",
    "read_known",
]

MEASURES = ("billed_cost", "effective_cost")
# What a line of an estimate is about.
ITEM = [
    *("x_team", "x_service", "service_name", "x_kind", "billing_currency", "x_cost_centre"),
]
EXPIRY = [
    *("commitment_discount_id", "x_end", "x_measure", "x_team", "x_service", "service_name"),
    *("billing_currency", "x_cost_centre", "x_per_day"),
]
# Raised with every change of the method, so that an old vintage never passes for a new one.
_METHOD = 4
_LONGEST_GAP, _LEAST_DAYS = 31, 2


@dataclass(frozen=True)
class Known:
    """What was known at the end of the day `as_of` (UTC).

    `daily` has charge_date, the columns of `ITEM`, and billed_cost and effective_cost as exact
    decimals. Its days are complete up to `last`; later ones are still filling up, as delivered on
    `delivered_on`. `observed` says how earlier deliveries filled up; `expiries`, one row per
    commitment, item and measure, what a day costs more once a commitment has ended. `restated` are
    the months of which nothing had been delivered by `as_of`: their days up to it are taken as they
    are now, without what is only known at the end of a month (tax and support). `planned` are the
    changes of business/planned_changes.csv (columns of `PLANNED`), `order_plan` has billing_period,
    x_service and orders of business/order_plan.csv: both as they are now, as nobody can tell when a
    plan was made. `service_orders` has date, x_service and orders up to `as_of` of the services
    that are planned, `month_orders` billing_period, x_service and orders of months over by `as_of`
    whose orders are known by month only. Cost has tax in it, recoverable or not, as the bill does;
    `tax_is_cost` says that the company bears it.
    """

    as_of: pd.Timestamp
    last: pd.Timestamp
    delivered_on: pd.Timestamp | None
    daily: pd.DataFrame
    observed: pd.DataFrame
    orders: pd.Series
    events: pd.DataFrame
    rates: pd.DataFrame
    expiries: pd.DataFrame
    tiers: list[Tier]
    restated: tuple[str, ...]
    planned: pd.DataFrame
    order_plan: pd.DataFrame
    service_orders: pd.DataFrame
    month_orders: pd.DataFrame
    tax_is_cost: bool = False

    @property
    def period(self) -> str:
        """The billing month of `as_of`."""
        return f"{self.as_of:%Y-%m}"

    def digest(self) -> str:
        """Return a hash of everything that an estimate is made of."""
        digest = hashlib.sha256()
        frames = (self.daily, self.observed, self.events, self.rates, self.expiries)
        orders = (self.order_plan, self.service_orders, self.month_orders)
        for frame in (*frames, self.planned, *orders):
            digest.update(frame.to_csv(index=False).encode())
        digest.update(self.orders.to_csv().encode())
        rest = (_METHOD, self.as_of, self.last, self.delivered_on, self.tiers, self.restated)
        digest.update(repr(rest).encode())
        return digest.hexdigest()[:12]


def last_delivered_day(warehouse: Warehouse) -> str:
    """Return the last day that the bill has in full, the default of an estimate."""
    rows = warehouse.sql(
        "select max(least(x_last_charge_date, coalesce(x_incomplete_from - 1, x_last_charge_date), "
        "last_day(cast(billing_period || '-01' as date)))) as day from marts.trust_header"
    )
    return str(pd.Timestamp(rows["day"].iloc[0]).date())


def read_known(warehouse: Warehouse, as_of: str) -> Known:
    """Return what was known at the end of the UTC day `as_of`.

    Raises BadInput for text that is no date, for a day with less than two whole days of cost before
    it, and for one so long after the last day of cost that a whole month is missing.
    """
    day = pd.Timestamp(moment(as_of)).normalize()
    records = read_records(warehouse.settings.warehouse, as_of=moment(str(day.date())))
    delivered = {one["billing_period"] for one in records}
    daily = _daily(warehouse, day, delivered)
    if daily.empty:
        raise BadInput(f"The bill has no cost up to {day:%Y-%m-%d}. Give a later --as-of.")
    newest = daily["charge_date"].max()
    if day > newest + pd.Timedelta(days=_LONGEST_GAP):
        raise BadInput(
            f"The bill ends on {newest:%Y-%m-%d}, more than {_LONGEST_GAP} days before "
            f"{day:%Y-%m-%d}. Load what came since, or give an earlier --as-of."
        )
    restated = tuple(sorted(set(daily["billing_period"]) - delivered))
    arrived = still_open(records, f"{day:%Y-%m}")
    last = min(newest, day if arrived is None else last_complete(arrived))
    _check_days(daily, last)
    rates = _rates(warehouse, day)
    return Known(
        as_of=day,
        last=last,
        delivered_on=arrived,
        daily=daily.drop(columns="billing_period").reset_index(drop=True),
        observed=observed(warehouse, records),
        orders=_orders(warehouse, day),
        events=known_events(warehouse, day),
        rates=rates,
        expiries=_expiries(warehouse, last),
        tiers=read_tiers(warehouse.settings.project),
        restated=restated,
        planned=_planned(warehouse, rates, set(daily["billing_currency"])),
        order_plan=_order_plan(warehouse, f"{day:%Y-%m}"),
        service_orders=_service_orders(warehouse, day),
        month_orders=_month_orders(warehouse, day),
        tax_is_cost=warehouse.settings.tax_is_cost,
    )


def _check_days(daily: pd.DataFrame, last: pd.Timestamp) -> None:
    days = daily.loc[daily["charge_date"] <= last, "charge_date"].nunique()
    if days < _LEAST_DAYS:
        raise BadInput(
            f"An estimate needs {_LEAST_DAYS} whole days of cost; up to {last:%Y-%m-%d} the bill "
            f"has {days}. Load more, or give a later --as-of."
        )


def _planned(warehouse: Warehouse, rates: pd.DataFrame, currencies: set[str]) -> pd.DataFrame:
    teams = warehouse.sql("select team, cost_centre from mappings.teams")
    centres = dict(zip(teams["team"], teams["cost_centre"], strict=True))
    path = warehouse.settings.project / planned.FILE
    rows = planned.read_planned_changes(path, centres)
    return planned.planned_frame(path, rows, rates=rates, currencies=currencies, centres=centres)


def _order_plan(warehouse: Warehouse, first: str) -> pd.DataFrame:
    """Return the plan of the month `first` and later ones."""
    return warehouse.sql(
        "select billing_period, service as x_service, orders from business.order_plan "
        "where billing_period >= $first order by billing_period, service",
        first=first,
    )


def _service_orders(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Return the orders up to `day` of each service that is planned, by day."""
    found = warehouse.sql(
        "select date, service as x_service, orders from business.daily_orders "
        "where service <> '*' and orders is not null and date <= cast($day as date) "
        "and service in (select service from "
        "business.order_plan where billing_period >= $first) order by service, date",
        day=str(day.date()),
        first=f"{day:%Y-%m}",
    )
    return found.assign(date=pd.to_datetime(found["date"]))


def _month_orders(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Return the orders of each month over by `day` that are known by month, the oldest first."""
    return warehouse.sql(
        "select billing_period, service as x_service, orders from business.monthly_orders "
        "where orders is not null and last_day(cast(billing_period || '-01' as date)) "
        "<= cast($day as date) order by billing_period, service",
        day=str(day.date()),
    )


def _daily(warehouse: Warehouse, day: pd.Timestamp, delivered: set[str]) -> pd.DataFrame:
    """Return the charges up to `day` by item: as delivered by then, else as they are now."""
    now = _items(warehouse, day)
    replaced = _replaced_since(warehouse, day) & delivered
    if not replaced:
        return _without_month_end(now, day, delivered)
    with connect(warehouse.settings.project, as_of=str(day.date())) as then:
        before = _items(then, day)
    kept = before[before["billing_period"].isin(replaced)]
    others = now[~now["billing_period"].isin(replaced)]
    return _without_month_end(pd.concat([others, kept]), day, delivered)


def _replaced_since(warehouse: Warehouse, day: pd.Timestamp) -> set[str]:
    """Return the months of which a newer delivery came after `day`."""
    rows = warehouse.sql(
        "select distinct billing_period from ledger.deliveries "
        "where status = 'current' and delivered_at >= cast($day as timestamp) + interval 1 day",
        day=str(day),
    )
    return set(rows["billing_period"].astype(str))


def _items(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    query = read_query("finops.forecast", "items")
    frame = warehouse.sql(
        f"select * from ({query}) as items where charge_date <= cast($day as date) order by all",
        day=str(day.date()),
    )
    plain = {name: frame[name].astype(object) for name in ["billing_period", *ITEM, *MEASURES]}
    return pd.DataFrame(plain | {"charge_date": pd.to_datetime(frame["charge_date"])})


def _without_month_end(daily: pd.DataFrame, day: pd.Timestamp, delivered: set[str]) -> pd.DataFrame:
    """Leave out tax and support of the month of `day` if it had not been delivered by then.

    The bill dates them on the first, but they are worked out when the month is over.
    """
    month = f"{day:%Y-%m}"
    late = daily["x_kind"].isin(["tax", "support"]) & (daily["billing_period"] == month)
    over = day == day + pd.offsets.MonthEnd(0)
    return daily[~late | (month in delivered) | over].sort_values(["charge_date", *ITEM])


def _orders(warehouse: Warehouse, day: pd.Timestamp) -> pd.Series:
    found = sources.orders(warehouse)
    days = pd.DatetimeIndex(pd.to_datetime(found["date"]))
    orders = pd.Series(found["orders"].astype(float).to_numpy(), index=days, name="orders")
    return orders[orders.index <= day]


def known_events(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Return plans, and what had happened by `day`: nobody announces an incident."""
    found = sources.events(warehouse).astype(object)
    happened = pd.to_datetime(found["start"]) <= day
    return found[(found["kind"] != "incident") | happened].reset_index(drop=True)


def _expiries(warehouse: Warehouse, last: pd.Timestamp) -> pd.DataFrame:
    """Return what changes when a commitment ends, from the last whole month before `last`."""
    whole = last.to_period("M") if last.is_month_end else last.to_period("M") - 1
    columns = warehouse.sql("select column_name from (describe staging.charges)")
    if "x_commitment_end" not in set(columns["column_name"]):
        return pd.DataFrame(columns=EXPIRY)
    query = read_query("finops.forecast", "expiries")
    frame = warehouse.sql(
        f"select * from ({query}) as expiries order by all", period=str(whole), last=str(last)
    )
    return frame[EXPIRY].astype(object)


def _rates(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Return billing_currency, x_reporting_currency, x_exchange_rate and the month it is of.

    The newest rate of a month that was over by `day`: a month's mean is known when it has ended.
    """
    found = warehouse.sql(
        "select billing_period, billing_currency, x_reporting_currency, x_exchange_rate "
        "from facts.exchange_rates where x_exchange_rate is not null order by billing_period"
    ).astype(object)
    ends = pd.PeriodIndex(found["billing_period"].astype(str), freq="M").end_time.normalize()
    # One in the currency of the reports needs no month for it.
    same = found["billing_currency"] == found["x_reporting_currency"]
    over = found[ends <= day] if (ends <= day).any() else found[same]
    return over.groupby("billing_currency", as_index=False).last()
