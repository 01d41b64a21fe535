"""An anomaly is one incident through all re-runs, and people's decisions are kept."""

import multiprocessing
import os
import signal

import pandas as pd
import pytest

from finops.anomalies import detect, incidents
from finops.anomalies.detect import COLUMNS
from finops.anomalies.find import ADDED
from finops.anomalies.store import open_store
from finops.errors import BadInput


def anomaly(start="2026-10-05", end="2026-10-07", **values):
    row = {
        "key": "search / EC2",
        "start": start,
        "end": end,
        "detected_on": start,
        "kind": "spike",
        "expected": 100.0,
        "actual": 300.0,
        "excess": 200.0,
        "score": 9.0,
        "incomplete": False,
        "level": "team and service",
        "per_day": 66.0,
        "cause": "EC2 for search: 2 more m5.large.",
        "causes": "[]",
    }
    row |= values
    found = {"root_key": row["key"], "root_start": start, "owner": row["key"].partition(" / ")[0]}
    return found | {"at_risk": abs(row["excess"])} | row


def frame(*rows):
    found = pd.DataFrame(rows, columns=[*COLUMNS, *ADDED])
    days = ["start", "end", "detected_on", "root_start"]
    return found.astype(dict.fromkeys(days, "datetime64[ns]"))


def record(project, *rows, through="2026-10-08"):
    """Record rows; return (id, status, reason) of each that is listed."""
    listed = incidents.record(project, frame(*rows), through=through)
    return list(listed[["id", "status", "reason"]].itertuples(index=False, name=None))


def statuses(project):
    with open_store(project) as store:
        rows = store.execute("select key, status, reason from incidents order by rowid").fetchall()
    return [tuple(row) for row in rows]


def test_recording_the_same_again_changes_nothing(tmp_path):
    first = record(tmp_path, anomaly())
    before = (tmp_path / "incidents" / "incidents.sqlite").read_bytes()
    assert record(tmp_path, anomaly()) == first
    assert (tmp_path / "incidents" / "incidents.sqlite").read_bytes() == before


def test_an_incident_that_grows_and_changes_its_kind_keeps_its_id(tmp_path):
    first = record(tmp_path, anomaly())
    later = anomaly(end="2026-10-20", kind="level_shift", actual=4000.0, excess=3900.0)
    assert record(tmp_path, later, through="2026-10-21") == first
    assert statuses(tmp_path) == [("search / EC2", "open", "")]


def test_an_incident_keeps_its_id_when_a_restated_bill_moves_its_first_day(tmp_path):
    first = record(tmp_path, anomaly())
    assert record(tmp_path, anomaly(start="2026-10-06")) == first
    assert record(tmp_path, anomaly(start="2026-10-06")) == first


def test_an_incident_that_shows_on_a_wider_level_keeps_its_id(tmp_path):
    first = record(tmp_path, anomaly(key="search / EC2 / BoxUsage"))
    wider = anomaly(start="2026-10-04", root_key="search / EC2 / BoxUsage", root_start="2026-10-05")
    assert record(tmp_path, wider) == first
    assert statuses(tmp_path) == [("search / EC2", "open", "")]


def test_a_store_of_an_earlier_version_gets_the_new_columns(tmp_path):
    ((id_, _, _),) = record(tmp_path, anomaly())
    with open_store(tmp_path) as store:
        for name in ("level", "owner", "per_day", "at_risk", "cause", "causes"):
            store.execute(f"alter table incidents drop column {name}")
    assert record(tmp_path, anomaly())[0][0] == id_
    with open_store(tmp_path) as store:
        row = store.execute("select owner, cause from incidents").fetchone()
    assert tuple(row) == ("search", "EC2 for search: 2 more m5.large.")


def test_another_direction_or_key_is_another_incident(tmp_path):
    listed = record(
        tmp_path, anomaly(), anomaly(score=-9.0, excess=-50.0), anomaly(key="ads / EC2")
    )
    assert len({id_ for id_, _, _ in listed}) == 3


def test_the_same_key_and_day_twice_are_two_incidents(tmp_path):
    both = record(tmp_path, anomaly(), anomaly(detected_on="2026-10-07", excess=1.0))
    assert len({id_ for id_, _, _ in both}) == 2
    assert record(tmp_path, anomaly(detected_on="2026-10-07", excess=1.0), anomaly()) == both[::-1]


def test_an_incident_is_resolved_a_week_after_its_last_day_and_open_when_it_goes_on(tmp_path):
    one = anomaly(end="2026-10-07")
    statuses_by_day = [
        record(tmp_path, one, through=day)[0][1]
        for day in ("2026-10-08", "2026-10-13", "2026-10-14", "2026-10-15")
    ]
    assert statuses_by_day == ["open", "open", "resolved", "resolved"]
    longer = anomaly(end="2026-10-15")
    assert record(tmp_path, longer, through="2026-10-16")[0][1] == "open"


def test_what_is_no_longer_found_is_resolved_and_says_why(tmp_path):
    record(tmp_path, anomaly())
    assert record(tmp_path) == []
    why = "no longer found: the bill or the owners changed"
    assert statuses(tmp_path) == [("search / EC2", "resolved", why)]
    assert record(tmp_path, anomaly())[0][1:] == ("open", "")


def test_an_acknowledged_incident_stays_listed_with_its_reason(tmp_path):
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.acknowledge(tmp_path, id_, "load test, ends Friday")
    assert record(tmp_path, anomaly()) == [(id_, "acknowledged", "load test, ends Friday")]
    assert record(tmp_path, anomaly(), through="2026-12-01")[0][1] == "resolved"


def test_an_expected_incident_is_not_listed_however_it_grows(tmp_path):
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.expect(tmp_path, id_, "planned")
    grown = anomaly(end="2026-10-30", excess=9000.0)
    assert record(tmp_path, grown, through="2026-10-30") == []
    assert record(tmp_path, grown, through="2026-12-30") == []
    assert statuses(tmp_path)[0] == ("search / EC2", "expected", "planned")


def test_what_is_known_of_anomalies_is_read_and_nothing_is_written(tmp_path):
    two = frame(anomaly(), anomaly(key="ads / EC2"))
    columns = ["key", "status", "reason"]
    found = incidents.known(tmp_path, two)
    assert found[columns].values.tolist() == [["search / EC2", "", ""], ["ads / EC2", "", ""]]
    assert not (tmp_path / "incidents").exists()
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.expect(tmp_path, id_, "planned")
    before = (tmp_path / "incidents" / "incidents.sqlite").read_bytes()
    found = incidents.known(tmp_path, two)
    assert found[columns].values.tolist() == [
        ["search / EC2", "expected", "planned"],
        ["ads / EC2", "", ""],
    ]
    assert found["id"][0] == id_
    assert (tmp_path / "incidents" / "incidents.sqlite").read_bytes() == before


def test_what_was_expected_is_known_though_a_restated_bill_moved_its_first_day(tmp_path):
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.expect(tmp_path, id_, "planned")
    (moved,) = incidents.known(tmp_path, frame(anomaly(start="2026-10-06"))).to_dict("records")
    assert (moved["id"], moved["status"]) == (id_, "expected")


@pytest.mark.parametrize(
    ("decide", "message"),
    [
        (lambda project: incidents.acknowledge(project, "abc", "x"), "no incident 'abc'"),
        (lambda project: incidents.expect(project, "abc"), "no incident 'abc'"),
        (lambda project: incidents.acknowledge(project, "abc", " "), "Add: --reason TEXT"),
    ],
)
def test_a_decision_on_nothing_or_without_a_reason_is_refused(tmp_path, decide, message):
    with pytest.raises(BadInput, match=message):
        decide(tmp_path)


def test_an_empty_frame_lists_nothing_and_keeps_what_the_detector_said(tmp_path):
    found = frame()
    found.attrs = detect(pd.DataFrame({"date": [], "key": [], "cost": []})).attrs
    listed = incidents.record(tmp_path, found, through="2026-10-08")
    assert list(listed.columns) == [*COLUMNS, *ADDED, "id", "status", "reason"]
    assert listed.attrs == found.attrs


def _die_before_commit(project):
    with open_store(project) as store:
        store.execute("update incidents set status = 'lost'")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_leaves_the_incidents_as_they_were(tmp_path):
    first = record(tmp_path, anomaly())
    victim = multiprocessing.get_context("fork").Process(
        target=_die_before_commit, args=(tmp_path,)
    )
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    assert record(tmp_path, anomaly()) == first
