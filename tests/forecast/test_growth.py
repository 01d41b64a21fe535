"""How much of the past growth goes on is learned from what it did before."""

import numpy as np
import pandas as pd
import pytest

from finops.forecast.growth import added, slopes
from finops.forecast.past_forecasts import Origins
from finops.forecast.usage import forecaster_of

DAYS = pd.date_range("2025-01-01", periods=365)


def origins(*keys):
    """Origins of daily series, each given as an array or a number per day."""
    wide = pd.DataFrame({str(n): np.broadcast_to(key, len(DAYS)) for n, key in enumerate(keys)})
    until = DAYS[-1] + pd.Timedelta(days=400)
    return Origins(forecaster_of(wide.set_index(DAYS), None, None, until=until))


def test_slope_is_what_a_day_rises_and_an_incident_does_not_bend_it():
    steady = 100 + 0.1 * np.arange(365)
    incident = steady + np.where((np.arange(365) > 300) & (np.arange(365) < 330), 500, 0)
    found = slopes(np.stack([steady, incident, np.full(365, 9.0)], axis=1), np.full(3, 130.0))
    assert found == pytest.approx([0.1, 0.1, 0], abs=0.02)


def test_slope_takes_at_most_three_percent_of_a_month_and_adds_six():
    falling, rising = np.linspace(1_000, 10, 365), np.linspace(10, 1_000, 365)
    found = slopes(np.stack([falling, rising], axis=1), np.array([30.0, 900.0]))
    assert found == pytest.approx([-0.03 * 30 / 30, 0.06 * 900 / 30])


def test_key_younger_than_three_months_has_no_slope():
    assert slopes(np.arange(89.0)[:, None], np.array([80.0])) == pytest.approx([0])


def test_growth_adds_the_sum_of_its_days():
    """Of 2 a day, the third and fourth day to come add 6 and 8."""
    assert added(np.array([2.0]), 3, 4) == pytest.approx([14])


def test_growth_that_went_on_before_goes_on_whole():
    found = origins(100 + np.arange(365) * 0.2).paths(365, 100)
    assert found[0, 0, -1] == pytest.approx(100 + 465 * 0.2, rel=0.02)


def test_growth_that_never_went_on_is_not_expected_to():
    """Cost goes up and down in waves of 90 days: half of the time its slope points the wrong way."""
    wave = 100 + 40 * np.sin(np.arange(365) / 90 * np.pi)
    flat = origins(wave, wave[::-1]).paths(365, 91)[:2]
    assert np.ptp(flat.mean(axis=0), axis=1).max() < 2
