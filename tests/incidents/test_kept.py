"""What was found in a build is worked out once, until the build or what finds it differs."""

import pandas as pd
import pytest

import finops
from finops.incidents import kept as module
from finops.incidents.find import find
from finops.incidents.kept import kept
from tests.conftest import line, write_bill
from tests.incidents.test_record import anomaly, frame

FOUND = frame(anomaly(), anomaly(key="ads / Lambda", kind="slow_leak"))
FOUND.attrs = {"not_judged": {"new / S3": "too few days"}, "missing_days": ["2026-10-04"]}


@pytest.fixture
def built(project):
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(project / "bill.parquet", [line(line_item_unblended_cost=1.0)]))
        warehouse.build()
    return project


@pytest.fixture
def asked():
    return []


@pytest.fixture
def ask(built, asked):
    """Ask a new process' warehouse what is found."""

    def find_in(warehouse):
        asked.append(warehouse)
        return FOUND

    def ask():
        with finops.connect(built) as warehouse:
            return kept(warehouse, find_in)

    return ask


def test_a_build_is_searched_once_and_says_the_same(ask, asked):
    first, second = ask(), ask()
    assert len(asked) == 1
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(first, FOUND)
    assert first.attrs == second.attrs == FOUND.attrs


def test_another_build_trail_or_code_is_searched_anew(built, ask, asked, monkeypatch):
    ask()
    trail = built / "business" / "cloudtrail"
    trail.mkdir(parents=True)
    (trail / "events.json").write_text("{}")
    ask()
    assert len(asked) == 2
    monkeypatch.setattr(module, "code_of", lambda _: "another")
    ask()
    assert len(asked) == 3
    (built / "mappings").mkdir()
    (built / "mappings" / "teams.csv").write_text("team,cost_centre\nads,CC-1\n")
    with finops.connect(built) as warehouse:
        warehouse.build()
    ask()
    ask()
    assert len(asked) == 4
    assert len(list((built / "warehouse" / "incidents").iterdir())) == 3


def test_what_is_damaged_or_cannot_be_kept_is_found_again(built, ask, asked, monkeypatch):
    ask()
    (file,) = (built / "warehouse" / "incidents").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    pd.testing.assert_frame_equal(ask(), FOUND)
    file.unlink()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_whole", full)
    pd.testing.assert_frame_equal(ask(), FOUND)
    assert len(asked) == 3


def test_series_of_a_build_are_read_once(built, monkeypatch):
    """`finops anomalies --notify` finds, and draws what it tells of."""
    from finops.incidents import find as finder

    asked, levels_of = [], finder.levels_of
    monkeypatch.setattr(finder, "levels_of", lambda one: asked.append(one) or levels_of(one))
    with finops.connect(built) as warehouse:
        assert find(warehouse).empty
        assert len(finder.all_series(warehouse)) == 5
    assert len(asked) == 1
