"""Holidays are those of the public calendar, with what the company added and removed."""

import numpy as np
import pandas as pd

from finops.anomalies.plans import Event, holidays_of


def event(day, kind):
    return Event(np.datetime64(day), np.datetime64(day), "*", kind)


def holidays(*events):
    days = pd.date_range("2026-10-01", "2026-10-10")
    return [str(day.date()) for day in days[holidays_of(days, list(events))]]


def test_public_holidays_are_known():
    assert holidays() == ["2026-10-03", "2026-10-05", "2026-10-09"]


def test_company_adds_and_removes_days():
    changed = holidays(event("2026-10-09", "workday"), event("2026-10-02", "holiday"))
    assert changed == ["2026-10-02", "2026-10-03", "2026-10-05"]
