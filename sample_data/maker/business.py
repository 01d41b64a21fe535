"""Write the business's own figures: orders, revenue, drivers, budgets, exchange rates, events."""

from pathlib import Path

import numpy as np
import pandas as pd

from .company import MONTHS, MOVE_DATE, mapping, rng, team_of_service
from .demand import (
    MART_LAUNCH,
    PROMOTIONS,
    hours,
    korean_holidays,
    local_hours,
    service_orders,
    shape,
)
from .fleet import meters
from .usage import rates, usage

KRW_PER_ORDER = 2_600
RATE_STEP_MONTH = "2026-05"
# What commitments and discounts leave of the list price, as the budget was planned.
PLANNED_SHARE_OF_LIST = 0.86
COMPANY_BUDGET = 95_000
# Messages that a team publishes in a usual hour, in millions, and what they follow.
MESSAGES = {
    "order": (3.2, "orders"),
    "dispatch": (11.5, "orders"),
    "restaurant": (1.4, "soft"),
    "search": (2.6, "orders"),
    "payment": (1.1, "orders"),
    "member": (0.6, "soft"),
    "marketing": (0.9, "campaign"),
    "ads": (2.2, "soft"),
    "quick-commerce": (0.8, "mart"),
    "data-lake": (1.9, "growing"),
}
# What the company plans for the time after the bill.
PLANNED_ORDERS = {
    "2026-11": {"*": 93_500_000, "mart": 8_100_000},
    "2026-12": {"*": 99_000_000, "mart": 9_300_000},
}
PLANNED_CHANGE = {
    "start": "2027-01-11",
    "end": "",
    "team": "search",
    "aws_service": "Amazon OpenSearch Service",
    "monthly": 12_000,
    "currency": "USD",
    "name": "semantic search of all menus",
}
# Reviews were counted for a time, by the hour and on Korean days: the bill's days at both ends lack
# hours.
REVIEWS_FROM, REVIEWS_UNTIL = "2026-07-01", "2026-10-01"
REVIEWS_PER_ORDER = 0.11
# The broker's metrics were lost on these days.
NO_MESSAGES = ["2026-03-14", "2026-03-15", "2026-09-06"]


def write_business(folder: Path, *, seed: int, scale: int) -> None:
    """Write the business tables; a larger fleet serves as many times the orders."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "orders": _orders(seed, scale),
        "order_plan": _order_plan(scale),
        "planned_changes": pd.DataFrame([PLANNED_CHANGE]),
        "revenue": _revenue(seed, scale),
        "drivers": _drivers(seed, scale),
        "budgets": _budgets(seed, scale),
        "exchange_rates": exchange_rates(seed),
        "events": _events(),
        "holidays": pd.DataFrame(columns=["date", "name", "change"]),
    }
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


def _orders(seed: int, scale: int) -> pd.DataFrame:
    """Return one row per hour and service, in Korean time."""
    local = pd.Series(local_hours()).dt.strftime("%Y-%m-%dT%H:%M:%S+09:00")
    parts = [
        pd.DataFrame({"hour": local, "service": service, "orders": (count * scale).astype(int)})
        for service, count in service_orders(seed).items()
    ]
    parts.append(_reviews(parts[0]))
    frame = pd.concat(parts)
    started = (frame["service"] != "mart") | (frame["orders"] > 0)
    return frame[started].sort_values(["service", "hour"])


def _reviews(orders: pd.DataFrame) -> pd.DataFrame:
    """Return the reviews of each hour that they were counted in, from all orders."""
    counted = (orders["hour"] >= REVIEWS_FROM) & (orders["hour"] < REVIEWS_UNTIL)
    reviews = (orders["orders"] * REVIEWS_PER_ORDER).round().astype(int)
    return orders.assign(service="review", orders=reviews)[counted]


def _order_plan(scale: int) -> pd.DataFrame:
    rows = [
        {"billing_period": month, "service": service, "orders": orders * scale}
        for month, planned in PLANNED_ORDERS.items()
        for service, orders in planned.items()
    ]
    return pd.DataFrame(rows)


def _revenue(seed: int, scale: int) -> pd.DataFrame:
    """Return revenue per UTC day of all orders and of quick commerce, whose baskets are larger."""
    parts = []
    for service, per_order in {"*": KRW_PER_ORDER, "mart": KRW_PER_ORDER * 1.15}.items():
        daily = pd.Series(service_orders(seed)[service], index=hours()).resample("D").sum()
        noise = rng(seed, "revenue", service).uniform(0.94, 1.06, len(daily))
        revenue = np.round(daily.to_numpy() * scale * per_order * noise, -3).astype(int)
        parts.append(pd.DataFrame({"date": daily.index, "service": service, "revenue": revenue}))
    frame = pd.concat(parts).query("revenue > 0")
    return frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"), currency="KRW")


def _drivers(seed: int, scale: int) -> pd.DataFrame:
    """Return the messages that each team publishes per UTC day, without the days that were lost."""
    parts = []
    for team, (millions, follows) in MESSAGES.items():
        daily = pd.Series(shape(follows, seed), index=hours()).resample("D").sum()
        noise = rng(seed, "messages", team).uniform(0.95, 1.05, len(daily))
        quantity = np.round(daily.to_numpy() * scale * millions * noise, 3)
        rows = {"date": daily.index, "driver": "messages", "team": team, "quantity": quantity}
        parts.append(pd.DataFrame(rows))
    frame = pd.concat(parts).query("quantity > 0")
    frame = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"))
    return frame[~frame["date"].isin(NO_MESSAGES)]


def _budgets(seed: int, scale: int) -> pd.DataFrame:
    """Return each team's monthly budget; July was planned again after the reorganisation."""
    plan = pd.concat([_month_plan(month, seed) for month in MONTHS], ignore_index=True)
    again = plan[plan["billing_period"] == MOVE_DATE[:7]].assign(version=2)
    shift = again["team"].map({"marketing": 0.82, "member": 1.12}).fillna(1.0)
    again = again.assign(budget=(again["budget"] * shift).round(-3))
    frame = pd.concat([plan, again])
    return frame.assign(budget=(frame["budget"] * scale).astype(int))


def _month_plan(month: str, seed: int) -> pd.DataFrame:
    """Plan from expected list cost per team, a little off as plans are."""
    fleet = meters(seed)
    expected = usage(fleet, month, seed=seed, without="*").sum(axis=1) * rates(fleet, month)
    cost = pd.Series(expected).groupby(fleet["service"].map(team_of_service())).sum()
    off = rng(seed, "budget", month).normal(1.02, 0.04, len(cost))
    budget = (cost * PLANNED_SHARE_OF_LIST * off).reindex(mapping("teams")["team"])
    budget["company"] = COMPANY_BUDGET
    return pd.DataFrame(
        {
            "billing_period": month,
            "team": budget.index,
            "budget": budget.fillna(0).round(-3).to_numpy(),
            "currency": "USD",
            "version": 1,
        }
    )


def exchange_rates(seed: int) -> pd.DataFrame:
    """Return the won's monthly average, with a step down in the spring."""
    base = np.where(np.array(MONTHS) < RATE_STEP_MONTH, 1388, 1441)
    drift = rng(seed, "exchange").normal(0, 4, len(MONTHS))
    return pd.DataFrame(
        {
            "billing_period": MONTHS,
            "from_currency": "USD",
            "to_currency": "KRW",
            "rate": np.round(base + drift, 2),
            "source": "monthly average",
        }
    )


def _events() -> pd.DataFrame:
    """Return what moves orders and cost: holidays, promotions, the launch, the migration."""
    named = korean_holidays()
    inside = named[(named.index >= hours()[0].date())]
    rows = [(day, day, "*", "holiday", name) for day, name in inside.items()]
    rows += [(start, end, "*", "promotion", name) for start, end, _, name in PROMOTIONS]
    rows += [
        (MART_LAUNCH, MART_LAUNCH, "mart", "launch", "Quick commerce opens"),
        ("2026-06-08", "2026-06-19", "payment-gateway", "migration", "Payment database to Aurora"),
        (
            "2026-07-15",
            "2026-07-17",
            "dispatch-engine",
            "incident",
            "Retry storm of rider positions",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["start", "end", "key", "kind", "name"]).astype(str)
    return frame.sort_values(["start", "key", "kind"])
