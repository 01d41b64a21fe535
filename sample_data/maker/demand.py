"""How many orders the company has in each hour, and what else its usage follows."""

from functools import cache

import holidays
import numpy as np
import pandas as pd

from .company import FIRST_MONTH, LAST_MONTH, month_end, month_start, rng

KST = "Asia/Seoul"
ORDERS_AT_END = 3_000_000 / 24
PEAK_AT_END = 340_000
MONTHLY_GROWTH = 1.015
MART_LAUNCH = "2026-02-02"

# Share of a day's orders by hour of the day in Korea: lunch 11-13, dinner 17-20.
HOUR_WEIGHTS = np.array(
    [2.2, 1.3, 0.8, 0.4, 0.3, 0.3, 0.5, 0.9, 1.6, 2.6, 4.4, 8.6]
    + [9.0, 6.2, 3.9, 3.5, 4.6, 8.3, 11.2, 10.3, 7.4, 5.1, 4.1, 2.9]
)
WEEKDAY_WEIGHTS = np.array([0.92, 0.90, 0.93, 0.95, 1.06, 1.14, 1.12])

PROMOTIONS = [
    ("2025-11-08", "2025-11-11", 1.20, "November sale"),
    ("2025-12-24", "2025-12-25", 1.28, "Christmas dinner"),
    ("2026-01-30", "2026-02-01", 1.15, "Winter coupons"),
    ("2026-03-20", "2026-03-22", 1.18, "Spring festival"),
    ("2026-05-01", "2026-05-05", 1.16, "Family month"),
    ("2026-06-11", "2026-06-14", 1.22, "Football nights"),
    ("2026-07-24", "2026-07-26", 1.20, "Boknal chicken days"),
    ("2026-08-28", "2026-08-30", 1.17, "End of summer"),
    ("2026-10-16", "2026-10-18", 1.21, "Anniversary sale"),
    ("2026-12-24", "2026-12-25", 1.28, "Christmas dinner"),
]


@cache
def hours() -> pd.DatetimeIndex:
    """Return every hour of the bill, in UTC without a zone."""
    return pd.date_range(
        month_start(FIRST_MONTH), month_end(LAST_MONTH), freq="h", inclusive="left"
    )


@cache
def local_hours() -> pd.DatetimeIndex:
    """Return every hour of the bill in Korean time."""
    return hours().tz_localize("UTC").tz_convert(KST)


@cache
def korean_holidays() -> pd.Series:
    """Return the public holidays of the years around the bill, name by date."""
    named = holidays.country_holidays("KR", years=[2025, 2026], language="en_US")
    return pd.Series(dict(named)).sort_index()


def holiday_factor(dates: pd.Series) -> np.ndarray:
    """Families cook at Chuseok and the Lunar New Year; on other holidays they order in."""
    names = dates.map(korean_holidays().to_dict()).fillna("")
    family = names.str.contains("Chuseok|Korean New Year|Lunar New Year", regex=True)
    return np.select([family, names != ""], [0.76, 1.09], 1.0)


def promotion_factor(dates: pd.Series) -> np.ndarray:
    """Return how far promotions lift the orders of each date."""
    factor = np.ones(len(dates))
    for start, end, lift, _ in PROMOTIONS:
        inside = (dates >= pd.Timestamp(start).date()) & (dates <= pd.Timestamp(end).date())
        factor[inside.to_numpy()] = lift
    return factor


@cache
def orders(seed: int) -> np.ndarray:
    """Return the company's orders of every hour of the bill."""
    local = local_hours()
    dates = pd.Series(local.date)
    months_to_end = (hours() - hours()[-1]).total_seconds().to_numpy() / (365.25 / 12 * 86400)
    days, day_number = np.unique(dates.to_numpy(), return_inverse=True)
    weather = rng(seed, "weather").lognormal(0, 0.025, len(days))[day_number]
    noise = rng(seed, "orders").lognormal(0, 0.015, len(local))
    expected = (
        ORDERS_AT_END
        * MONTHLY_GROWTH**months_to_end
        * (HOUR_WEIGHTS / HOUR_WEIGHTS.mean())[local.hour]
        * (WEEKDAY_WEIGHTS / WEEKDAY_WEIGHTS.mean())[local.day_of_week]
        * holiday_factor(dates)
        * promotion_factor(dates)
    )
    return np.round(expected * weather * noise)


@cache
def mart_share() -> np.ndarray:
    """Quick commerce starts at its launch and reaches eight percent of orders."""
    days = (hours() - pd.Timestamp(MART_LAUNCH)).days.to_numpy()
    return np.where(days < 0, 0, np.clip(0.015 + 0.065 * days / 270, 0, 0.08))


@cache
def service_orders(seed: int) -> dict[str, np.ndarray]:
    """Return the orders that pass through each service; `*` counts every order once."""
    every = orders(seed)
    promoted = promotion_factor(pd.Series(local_hours().date)) > 1
    shares = {
        "order-api": 1.0,
        "payment-gateway": 0.962,
        "dispatch-engine": 0.861,
        "search-api": 0.547,
        "coupon": np.where(promoted, 0.41, 0.226),
        "mart": mart_share(),
    }
    return {"*": every} | {name: np.round(every * share) for name, share in shares.items()}


@cache
def shape(name: str, seed: int) -> np.ndarray:
    """Return what a resource's usage follows, about 1 in a usual hour at the end of the bill."""
    local = local_hours()
    relative = orders(seed) / ORDERS_AT_END
    if name == "orders":
        return relative
    if name == "soft":
        return 0.5 + 0.5 * relative
    if name == "mart":
        return relative * mart_share() / 0.08
    if name == "night":
        return np.where(np.isin(local.hour, [1, 2, 3, 4, 5]), 1.0, 0.0)
    if name == "business":
        return business_hours().astype(float)
    if name == "campaign":
        return campaign_hours()
    if name == "growing":
        months = (hours().normalize() - hours()[-1].normalize()).days.to_numpy() / 30.44
        return 1.035**months
    return np.ones(len(local))


def business_hours() -> np.ndarray:
    """Return the hours in which developers work: weekdays 9 to 20, no holidays."""
    local = local_hours()
    holiday = pd.Series(local.date).isin(korean_holidays().index).to_numpy()
    return (local.day_of_week < 5) & (local.hour >= 9) & (local.hour < 20) & ~holiday


def campaign_hours() -> np.ndarray:
    """Messages go out before lunch and dinner, many more on promotion days."""
    local = local_hours()
    bursts = np.isin(local.hour, [10, 11, 16, 17])
    promoted = promotion_factor(pd.Series(local.date)) > 1
    return (0.45 + 1.9 * bursts) * np.where(promoted, 1.6, 1.0)


def level(name: str, seed: int) -> np.ndarray:
    """Return the share of an instance group's size that runs in each hour."""
    if name in ("orders", "soft", "mart"):
        floor = 0.62 if name == "soft" else 0.34
        share = shape("mart" if name == "mart" else "orders", seed) * ORDERS_AT_END / PEAK_AT_END
        return floor + (1 - floor) * share
    if name == "campaign":
        return 0.3 + 0.7 * shape(name, seed) / 2.35
    return shape(name, seed)
