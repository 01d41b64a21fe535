"""What follows orders, found again in series that were made with a known answer."""

import numpy as np
import pandas as pd
import pytest

from finops.business.elasticity import follow_orders
from finops.errors import BadInput
from sample_data.maker import demand
from sample_data.maker.fleet import meters
from sample_data.maker.usage import rates, usage

HOURS = pd.date_range("2026-09-01", periods=24 * 28, freq="h")
DAYS = pd.date_range("2026-01-01", periods=180)


def daily_wave(seed=0, *, hours=HOURS):
    """Orders that rise and fall over the day, as those of a kitchen do."""
    noise = np.random.default_rng(seed).normal(1, 0.05, len(hours))
    return 1000 * (1 + 0.9 * np.sin(2 * np.pi * np.asarray(hours.hour) / 24)) * noise


def series(orders, cost, *, times=HOURS, key="find"):
    return pd.DataFrame({"time": times, "key": key, "cost": cost, "orders": orders})


def correlated(seed):
    """Noise in which an hour resembles the hour before."""
    noise = np.random.default_rng(seed).normal(0, 4, len(HOURS))
    for hour in range(1, len(HOURS)):
        noise[hour] += 0.7 * noise[hour - 1]
    return noise


def one(frame, **options):
    (row,) = follow_orders(frame, step=options.pop("step", "hour"), **options).to_dict("records")
    return row


def test_fixed_and_marginal_cost_are_found_exactly_without_noise():
    orders = daily_wave()
    row = one(series(orders, 60 + 0.04 * orders))
    assert row["fixed_cost"] == pytest.approx(60)
    assert row["marginal_cost"] == pytest.approx(0.04)
    assert row["elasticity"] == pytest.approx(40 / 100, abs=0.01)
    assert row["fixed_share"] == pytest.approx(60 / 100, abs=0.01)
    assert (row["lag"], row["reason"]) == (0, None)


def test_lag_is_found_with_its_interval():
    orders = daily_wave()
    cost = 60 + 0.04 * np.roll(orders, 3) + correlated(1)
    row = one(series(orders, cost))
    assert (row["lag"], row["lag_low_95"], row["lag_high_95"]) == (3, 3, 3)
    assert row["marginal_cost_low_95"] < 0.04 < row["marginal_cost_high_95"]


def test_intervals_hold_the_truth_as_often_as_they_say():
    orders = daily_wave()
    frames = [series(orders, 60 + 0.04 * orders + correlated(n), key=f"{n}") for n in range(100)]
    rows = follow_orders(pd.concat(frames), step="hour")
    for name, truth in {"marginal_cost": 0.04, "fixed_cost": 60}.items():
        for level, least, most in [(80, 0.68, 0.90), (95, 0.87, 1.0)]:
            low, high = rows[f"{name}_low_{level}"], rows[f"{name}_high_{level}"]
            assert least <= ((low <= truth) & (truth <= high)).mean() <= most


def test_night_to_peak_compares_the_quietest_hours_with_the_busiest():
    local = HOURS.tz_localize("UTC").tz_convert("Asia/Seoul").hour
    orders = np.select([local < 4, local >= 20], [10.0, 100.0], 50.0)
    orders *= np.where(HOURS.day % 2, 0.9, 1.1)
    row = one(series(orders, np.where(local < 4, 3.0, 6.0)), timezone="Asia/Seoul")
    assert (row["night_to_peak"], row["orders_night_to_peak"]) == (0.5, pytest.approx(0.1))


def test_step_in_cost_between_months_is_no_effect_of_orders():
    rng = np.random.default_rng(4)
    orders = rng.normal(1000, 150, len(DAYS)) * np.where(DAYS.month > 3, 1.3, 1.0)
    cost = 500 + 0.2 * orders + np.where(DAYS.month > 3, 900.0, 0.0) + rng.normal(0, 5, len(DAYS))
    row = one(series(orders, cost, times=DAYS), step="day")
    assert row["marginal_cost"] == pytest.approx(0.2, rel=0.05)


def test_fixed_cost_is_refused_where_orders_never_came_near_zero():
    orders = np.random.default_rng(0).normal(1000, 80, len(DAYS))
    row = one(series(orders, 5 + orders, times=DAYS), step="day")
    assert np.isnan(row["fixed_cost"]) and np.isnan(row["fixed_share_high_95"])
    assert row["marginal_cost"] == pytest.approx(1)
    assert row["reason"].startswith("fixed: orders never fell below")


def test_cost_that_ignores_orders_has_no_lag():
    row = one(series(daily_wave(), np.full(len(HOURS), 7.0)))
    assert row["elasticity"] == pytest.approx(0, abs=1e-9)
    assert row["fixed_share"] == pytest.approx(1)
    assert row["reason"] == "lag: cost does not follow orders"


def test_nightly_batch_is_fixed_cost_though_it_runs_when_orders_are_few():
    row = one(series(daily_wave(), np.where(HOURS.hour == 18, 50.0, 1.0)))
    assert row["fixed_share"] == pytest.approx(1, abs=0.01)
    assert row["reason"] == "lag: cost does not follow orders"


def test_cost_that_falls_with_orders_has_no_fixed_part():
    orders = daily_wave()
    row = one(series(orders, 100 - 0.04 * orders))
    assert row["marginal_cost"] == pytest.approx(-0.04)
    assert np.isnan(row["fixed_cost"]) and np.isnan(row["lag"])
    assert row["reason"] == "fixed and lag: cost runs when there are few orders"


@pytest.mark.parametrize(
    ("orders", "cost", "hours", "reason"),
    [
        (daily_wave()[:240], 1.0, 240, "only 10 days by the hour; 14 are needed"),
        (np.full(672, 1000.0), 1.0, 672, "orders of the same hour of the day vary by 0.0%"),
        (np.full(672, np.nan), 1.0, 672, "no orders are known by the hour"),
        (np.where(HOURS.day < 8, np.nan, daily_wave()), 1.0, 672, "orders are unknown at 25% of"),
        (daily_wave(), 0.0, 672, "no cost"),
    ],
)
def test_thin_data_are_refused_with_the_reason(orders, cost, hours, reason):
    row = one(series(orders, cost, times=HOURS[:hours]))
    assert row["reason"].startswith(reason)
    assert np.isnan(row["elasticity"]) and np.isnan(row["night_to_peak"])


def test_repeated_time_is_refused():
    frame = series(daily_wave(), 1.0)
    with pytest.raises(BadInput, match="two rows at 2026-09-01"):
        follow_orders(pd.concat([frame, frame.head(1)]), step="hour")


def test_few_missing_hours_of_orders_do_no_harm():
    orders = daily_wave()
    known = orders.copy()
    known[100:110] = np.nan
    assert one(series(known, 60 + 0.04 * orders))["fixed_cost"] == pytest.approx(60)


@pytest.fixture
def no_orders(monkeypatch):
    """Return a function that makes what the sample company would use without any order."""

    def used(fleet, month):
        with monkeypatch.context() as patch:
            demand.shape.cache_clear()
            patch.setattr(demand, "orders", lambda _: np.zeros(len(demand.hours())))
            without = usage(fleet, month, seed=1, without="*")
        demand.shape.cache_clear()
        return without

    return used


@pytest.mark.parametrize("service", ["cart", "order-api", "dispatch-engine", "edge", "menu", "*"])
def test_sample_company_at_zero_orders_costs_what_its_maker_says(no_orders, service):
    """Planted truth: the same fleet with zero orders. Tolerance: 5 points of the mean cost.

    Instances come whole, so the line that a service of few instances follows has steps.
    """
    month = "2026-09"
    fleet = meters(1).query("grain in ['slot', 'hour', 'month_hourly']")
    fleet = fleet if service == "*" else fleet[fleet["service"] == service]
    rate = rates(fleet, month)
    cost = rate @ usage(fleet, month, seed=1, without="*")
    truth = (rate @ no_orders(fleet, month)).mean() / cost.mean()
    first = int((pd.Timestamp("2026-09-01") - demand.hours()[0]) / pd.Timedelta(hours=1))
    times = demand.hours()[first : first + len(cost)]
    row = one(series(demand.orders(1)[first : first + len(cost)], cost, times=times))
    assert row["fixed_share"] == pytest.approx(truth, abs=0.05)
    assert row["lag"] == 0
