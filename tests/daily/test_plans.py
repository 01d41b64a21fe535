"""Holidays are those of the public calendar, with what the company added and removed."""

import duckdb
import numpy as np
import pandas as pd

from finops.daily.plans import Event, holidays_of
from finops.incidents.sources import events
from finops.inputs.business import load_business
from finops.inputs.mappings import load_mappings


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


class Built:
    """A warehouse of the company's own numbers."""

    def __init__(self, con):
        self.con = con

    def sql(self, query):
        return self.con.execute(query).df()


def test_changes_of_the_calendar_and_events_are_read_together(tmp_path):
    (tmp_path / "teams.csv").write_text("team\nsearch\n")
    (tmp_path / "services.csv").write_text("service,name,name_ko,team,aliases\nfind,,,search,\n")
    (tmp_path / "events.csv").write_text(
        "start,end,key,kind,name\n2026-10-06,2026-10-07,find,launch,New ranking\n"
    )
    (tmp_path / "holidays.csv").write_text(
        "date,name,change\n2026-10-09,We deliver,remove\n2026-10-02,Founding day,add\n"
    )
    con = duckdb.connect()
    load_mappings(con, tmp_path)
    load_business(con, tmp_path, "UTC")
    found = events(Built(con)).astype(str)
    assert found[["start", "end", "key", "kind"]].values.tolist() == [
        ["2026-10-02", "2026-10-02", "*", "holiday"],
        ["2026-10-06", "2026-10-07", "search", "launch"],
        ["2026-10-09", "2026-10-09", "*", "workday"],
    ]
