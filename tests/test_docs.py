"""The docs tell the truth: every command, setting and table is in the README, in both languages."""

import re
from dataclasses import fields

import pytest

from finops.cli import app
from finops.inputs import payments
from finops.inputs import planned_changes as planned
from finops.inputs.accounts import COLUMNS, ENTRIES
from finops.inputs.database_settings import Query
from finops.inputs.mappings import FILES
from finops.inputs.notify_settings import Notify
from finops.inputs.series import SERIES
from finops.settings import Settings
from finops.warehouse.models import models_in_order
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN = (ROOT / "README.ko.md").read_text(encoding="utf-8")
COMMANDS = {one.name or one.callback.__name__: one.callback for one in app.registered_commands}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_in_the_readme_and_has_an_example(command):
    assert f"`finops {command}" in README
    assert f"Example: finops {command}" in COMMANDS[command].__doc__


def test_settings_are_in_the_readme():
    for field in [*fields(Settings), *fields(Query), *fields(Notify)]:
        no_key = field.name in ("project", "as_of", "notify", "business")
        assert no_key or f"| `{field.name}` |" in README


def test_marts_are_in_the_readme():
    for model in models_in_order():
        assert not model.name.startswith("marts.") or f"`{model.name}`" in README, model.name


def test_input_files_are_in_the_readme():
    assert f"| `{planned.FILE}` | planned change of cost | `{','.join(planned.COLUMNS)}`" in README
    for name in FILES:
        assert f"`mappings/{name}.csv`" in README
    for name, series in SERIES.items():
        assert f"`business/{name}.csv`" in README
        assert f"`{','.join(series.header)}`" in README


def test_ledger_accounts_are_in_the_readme():
    assert f"| `mappings/accounts.csv` | entry of a journal | `{','.join(COLUMNS)}`" in README
    assert f"| `business/payments.csv` | invoice | `{','.join(payments.COLUMNS)}`" in README
    for entry in ENTRIES:
        assert f"`{entry}`" in README


def test_korean_readme_has_the_same_sections_and_rows():
    """Each row about a command, file, setting or table begins with the same code in both."""
    codes = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+)(?:,.*?)? \|", re.MULTILINE)
    assert codes.findall(KOREAN) == codes.findall(README)
    assert KOREAN.count("\n#") == README.count("\n#")
    assert KOREAN.count("\n| ") == README.count("\n| ")


def test_readmes_link_each_other():
    assert "[한국어](README.ko.md)" in README
    assert "[English](README.md)" in KOREAN


def test_every_file_that_the_guide_names_is_there():
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|sql))`", text))
    folders = ("finops", "tests", "benchmarks")
    there = {str(path) for one in folders for path in (ROOT / one).rglob("*.*")}
    assert len(files) > 50
    assert [
        one for one in sorted(files) if not any(path.endswith(f"/{one}") for path in there)
    ] == []
