"""What was known on a day, made of a few literal series."""

from decimal import Decimal

import pandas as pd

from finops.forecast.known import EXPIRY, ITEM, Known
from finops.inputs.planned_changes import PLANNED
from finops.inputs.support_tiers import Tier

ENTERPRISE = [
    Tier(line=line, service_code="AWSSupportEnterprise", above=above, share=share, minimum="15000")
    for line, (above, share) in enumerate(
        [("0", "0.10"), ("150000", "0.07"), ("500000", "0.05"), ("1000000", "0.03")], start=2
    )
]


def series(
    days,
    usd,
    *,
    kind="usage",
    team="search",
    service="find",
    aws="EC2",
    effective=None,
    centre=None,
):
    """Rows of one item: `usd` a day, a number or a function of the day."""
    rows = []
    for day in pd.DatetimeIndex(days):
        value = Decimal(str(usd(day) if callable(usd) else usd))
        item = dict(
            zip(ITEM, [team, service, aws, kind, "USD", centre or f"cc-{team}"], strict=True)
        )
        other = value if effective is None else Decimal(str(effective))
        rows.append({"charge_date": day, **item, "billed_cost": value, "effective_cost": other})
    return rows


def days(first, last):
    return pd.date_range(first, last)


def firsts(first, last):
    return pd.date_range(first, last, freq="MS")


def known(rows, as_of, **changes):
    """Everything up to `as_of` is complete and as delivered, unless told else."""
    day = pd.Timestamp(as_of)
    daily = pd.DataFrame(rows)
    daily = daily[daily["charge_date"] <= day].sort_values(["charge_date", *ITEM])
    nothing = {
        "observed": pd.DataFrame(
            columns=["service_name", "charge_date", "x_age", "known", "final"]
        ),
        "events": pd.DataFrame(columns=["start", "end", "key", "kind"]),
        "rates": pd.DataFrame(
            columns=[
                "billing_period",
                "billing_currency",
                "x_reporting_currency",
                "x_exchange_rate",
            ]
        ),
        "expiries": pd.DataFrame(columns=EXPIRY),
        "planned": pd.DataFrame(columns=PLANNED),
        "order_plan": pd.DataFrame(columns=["billing_period", "x_service", "orders"]),
        "service_orders": pd.DataFrame(columns=["date", "x_service", "orders"]),
        "month_orders": pd.DataFrame(columns=["billing_period", "x_service", "orders"]),
        "orders": pd.Series(dtype=float, index=pd.DatetimeIndex([])),
    }
    values = {"as_of": day, "last": day, "delivered_on": None, "daily": daily, **nothing}
    return Known(**(values | {"tiers": ENTERPRISE, "restated": ()} | changes))
