"""What a statement says of incidents: what was marked as expected, and whose a shared one is."""

import json
import zipfile

import pytest

import finops
from finops.anomalies import incidents
from finops.report.statements import statement as module
from finops.report.statements.files import write_statements
from finops.report.statements.sections import sections
from finops.report.statements.statement import statements
from tests.anomalies.test_incidents import anomaly, frame
from tests.anomalies.test_sentences import kept
from tests.conftest import line, write_bill

KEY = "unowned / Amazon Elastic Compute Cloud"


@pytest.fixture
def warehouse(project, monkeypatch):
    """A bill of one line that nobody owns, with one anomaly of it."""
    write_bill(project / "bill.parquet", [line(line_item_unblended_cost=300.0)])
    found = frame(anomaly(key=KEY, causes=json.dumps([kept()])))
    monkeypatch.setattr(module, "find", lambda _: found)
    with finops.connect(project) as one:
        one.load(project / "bill.parquet")
        one.build()
        yield one


def expect(warehouse, reason):
    project = warehouse.settings.project
    ((id_,),) = incidents.record(project, module.find(warehouse), through="2026-10-08")[
        ["id"]
    ].to_numpy()
    incidents.expect(project, id_, reason)


def tables(warehouse, language="en"):
    (one,) = statements(warehouse, "2026-10")
    return sections(one, language)


def test_an_anomaly_that_nobody_marked_stands_alone(warehouse):
    found = tables(warehouse)
    assert [row[0] for row in found["anomalies"].rows] == ["2026-10-05"]
    assert "expected" not in found


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", ("2026-10-05", "2026-10-07", KEY[10:], "spike", "+200", "load test")),
        ("ko", ("2026-10-05", "2026-10-07", KEY[10:], "급증", "+200", "load test")),
    ],
)
def test_what_was_marked_as_expected_is_listed_apart_with_its_reason(warehouse, language, row):
    expect(warehouse, "load test")
    found = tables(warehouse, language)
    assert found["anomalies"].rows == []
    assert found["expected"].rows == [row]


def test_a_statement_is_the_same_bytes_until_something_is_marked_as_expected(warehouse, tmp_path):
    def written(name):
        paths = write_statements(warehouse, "2026-10", tmp_path / name)
        return {path.name: path.read_bytes() for path in paths}

    (before,) = statements(warehouse, "2026-10")
    first = written("one")
    incidents.record(warehouse.settings.project, module.find(warehouse), through="2026-10-08")
    assert written("two") == first
    expect(warehouse, "load test")
    marked = written("three")
    assert marked != first
    assert written("four") == marked
    (after,) = statements(warehouse, "2026-10")
    assert after.reference == before.reference
    assert after.total == before.total


def test_a_reason_is_no_markup_and_no_formula(warehouse, tmp_path):
    expect(warehouse, '=cmd|"/c calc"!A1 <script>alert(1)</script>')
    page, book, *_ = write_statements(warehouse, "2026-10", tmp_path / "out")
    assert "<script>alert" not in page.read_text()
    assert "&lt;script&gt;alert" in page.read_text()
    with zipfile.ZipFile(book) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet5.xml").decode()
        assert "=cmd|" in parts.read("xl/sharedStrings.xml").decode()
