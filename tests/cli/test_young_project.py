"""A company's first days: commands answer with numbers, or say what is missing."""

import datetime as dt
import os
import re

import pytest
from typer.testing import CliRunner

import finops
from finops.cli import app
from tests.conftest import line, write_bill

runner = CliRunner()


def young(project, days, *, delivered, settings=""):
    """A project whose first bill has ten dollars on each of its first days."""
    (project / "finops.toml").write_text(settings)
    rows = [
        line(
            day=dt.datetime(2026, 10, day),
            line_item_usage_end_date=dt.datetime(2026, 10, day, 23, 59, 59),
            line_item_unblended_cost=10.0,
            line_item_resource_id="i-1",
        )
        for day in range(1, days + 1)
    ]
    bill = write_bill(project / "in" / "bill.parquet", rows)
    at = dt.datetime.fromisoformat(delivered).replace(tzinfo=dt.UTC).timestamp()
    os.utime(bill, (at, at))
    with finops.connect(project) as warehouse:
        warehouse.load(bill)
        warehouse.build()


@pytest.mark.parametrize(
    ("days", "delivered", "settings"),
    [
        (5, "2026-10-06T12:00:00", ""),
        (5, "2026-10-06T12:00:00", 'reporting_currency = "KRW"'),
        (1, "2026-10-02T12:00:00", ""),
        (3, "2026-12-02T12:00:00", ""),
    ],
)
def test_an_estimate_of_a_first_month_has_numbers_or_says_what_is_missing(
    project, days, delivered, settings
):
    young(project, days, delivered=delivered, settings=settings)
    found = runner.invoke(app, ["estimate", "--project", str(project)])
    assert found.exit_code == 0 or (isinstance(found.exception, finops.FinopsError))
    said = found.output if found.exit_code == 0 else str(found.exception)
    assert " nan" not in said.lower()
    # Nothing tells how far off it may be: neither an interval, nor one without a width.
    assert "unknown" in said if found.exit_code == 0 else "whole days of cost" in said
    assert not re.search(r"\d – \d", said)
    assert "2026" in said


def test_statements_are_written_where_every_charge_has_an_owner(project):
    (project / "mappings").mkdir()
    (project / "mappings" / "teams.csv").write_text("team\na\n")
    (project / "mappings" / "account_defaults.csv").write_text(
        "sub_account_id,team\n012345678901,a\n"
    )
    young(project, 2, delivered="2026-11-06T12:00:00")
    folder = project / "statements"
    for command in (
        ["untagged"],
        ["untagged", "--suggest"],
        ["statement", "2026-10", "--lang", "en", "--out", str(folder)],
    ):
        found = runner.invoke(app, [*command, "--project", str(project)])
        assert found.exit_code == 0, found.exception
    assert (folder / "2026-10-a-USD-showback-en.html").is_file()
