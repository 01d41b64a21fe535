"""An anomaly is one incident through all re-runs, and people's decisions are kept."""

import multiprocessing
import os
import signal

import pandas as pd
import pytest

from finops.anomalies.detect import COLUMNS, detect
from finops.errors import BadInput
from finops.incidents import record as incidents
from finops.incidents.find import ADDED
from finops.incidents.store import open_store


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
        "state": "open",
        "normal_on": None,
        "back_on": None,
        "place": 1,
        "level": "team and service",
        "per_day": 66.0,
        "cause": "EC2 for search: 2 more m5.large.",
        "causes": "[]",
    }
    row |= values
    found = {"root_key": row["key"], "root_start": start, "owner": row["key"].partition(" / ")[0]}
    return found | {"at_risk": abs(row["excess"])} | row


def gone_back(on="2026-10-08", **values):
    return anomaly(state="went back", back_on=on, **values)


def frame(*rows):
    found = pd.DataFrame(rows, columns=[*COLUMNS, *ADDED, "place"])
    days = ["start", "end", "detected_on", "normal_on", "back_on", "root_start"]
    return found.astype(dict.fromkeys(days, "datetime64[ns]"))


def record(project, *rows):
    """Record rows; return (id, status, reason) of each that is listed."""
    listed = incidents.record(project, frame(*rows))
    return list(listed[["id", "status", "reason"]].itertuples(index=False, name=None))


def statuses(project):
    with open_store(project) as store:
        rows = store.execute(
            "select key, state, status, reason from incidents order by rowid"
        ).fetchall()
    return [tuple(row) for row in rows]


def test_recording_the_same_again_changes_nothing(tmp_path):
    first = record(tmp_path, anomaly())
    before = (tmp_path / "incidents" / "incidents.sqlite").read_bytes()
    assert record(tmp_path, anomaly()) == first
    assert (tmp_path / "incidents" / "incidents.sqlite").read_bytes() == before


def test_an_incident_that_grows_and_changes_its_kind_keeps_its_id(tmp_path):
    first = record(tmp_path, anomaly())
    later = anomaly(end="2026-10-20", kind="level_shift", actual=4000.0, excess=3900.0)
    assert record(tmp_path, later) == first
    assert statuses(tmp_path) == [("search / EC2", "open", "", "")]


def test_an_incident_keeps_its_id_when_a_restated_bill_moves_its_first_day(tmp_path):
    first = record(tmp_path, anomaly())
    assert record(tmp_path, anomaly(start="2026-10-06")) == first
    assert record(tmp_path, anomaly(start="2026-10-06")) == first


def test_an_incident_that_shows_on_a_wider_level_keeps_its_id(tmp_path):
    first = record(tmp_path, anomaly(key="search / EC2 / BoxUsage"))
    wider = anomaly(start="2026-10-04", root_key="search / EC2 / BoxUsage", root_start="2026-10-05")
    assert record(tmp_path, wider) == first
    assert statuses(tmp_path) == [("search / EC2", "open", "", "")]


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


def states(project, *rows):
    """Record rows; return the state of each incident and what people said of it."""
    record(project, *rows)
    return [(state, status) for _, state, status, _ in statuses(project)]


def test_what_the_cost_does_is_kept_apart_from_what_people_said(tmp_path):
    assert states(tmp_path, anomaly()) == [("open", "")]
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.acknowledge(tmp_path, id_, "load test, ends Friday")
    assert record(tmp_path, anomaly()) == [(id_, "acknowledged", "load test, ends Friday")]
    assert states(tmp_path, gone_back()) == [("went back", "acknowledged")]
    normal = anomaly(end="2027-01-03", state="new normal", normal_on="2027-01-04")
    assert states(tmp_path, normal) == [("new normal", "acknowledged")]
    assert states(tmp_path, anomaly(end="2026-10-15")) == [("open", "acknowledged")]


def test_what_is_no_longer_found_says_so_and_is_open_when_it_is_found_again(tmp_path):
    record(tmp_path, anomaly())
    assert record(tmp_path) == []
    assert states(tmp_path) == [("not found", "")]
    assert states(tmp_path, anomaly()) == [("open", "")]


def test_what_an_earlier_version_resolved_is_taken_apart(tmp_path):
    record(tmp_path, anomaly(), anomaly(key="ads / EC2"), anomaly(key="c / EC2"))
    with open_store(tmp_path) as store:
        store.execute("alter table incidents drop column state")
        store.execute("update incidents set status = 'open' where key = 'c / EC2'")
        store.execute("update incidents set status = 'resolved' where key <> 'c / EC2'")
        store.execute("update incidents set reason = 'test' where key = 'ads / EC2'")
        store.execute(
            "update incidents set reason = 'no longer found: the bill or the owners changed' "
            "where key = 'search / EC2'"
        )
    assert sorted(statuses(tmp_path)) == [
        ("ads / EC2", "not found", "acknowledged", "test"),
        ("c / EC2", "open", "", ""),
        ("search / EC2", "not found", "", ""),
    ]


def test_an_expected_incident_is_not_listed_however_it_grows(tmp_path):
    ((id_, _, _),) = record(tmp_path, anomaly())
    incidents.expect(tmp_path, id_, "planned")
    grown = anomaly(end="2026-10-30", excess=9000.0)
    assert record(tmp_path, grown) == []
    assert record(tmp_path, gone_back(end="2026-10-30", excess=9000.0)) == []
    assert statuses(tmp_path)[0] == ("search / EC2", "went back", "expected", "planned")


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
    listed = incidents.record(tmp_path, found)
    assert list(listed.columns) == [*COLUMNS, *ADDED, "place", "id", "status", "reason"]
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
