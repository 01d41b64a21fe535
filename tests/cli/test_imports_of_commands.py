"""A command imports what it uses: what it leaves alone is counted, as seconds differ by machine."""

import json
import subprocess
import sys

import pytest

import finops
from tests.conftest import line, write_bill

# Each takes a command longer to import than a small question takes to answer.
HEAVY = {
    *("boto3", "duckdb", "holidays", "IPython", "jinja2", "nbformat", "numpy", "pandas"),
    *("plotly", "pyarrow", "sqlglot", "threadpoolctl", "xlsxwriter"),
}
TABLE = {"duckdb", "numpy", "pyarrow"}
FRAME = {*TABLE, "pandas"}
RUN = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))
from finops.cli import main
main()
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    (project / "finops.toml").write_text('company = "Test"\n')
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(project / "bill.parquet", [line(line_item_unblended_cost=1.0)]))
        warehouse.build()
    return project


def run(folder, *arguments):
    """Return the exit code of a command, and which of the heavy modules it imported."""
    command = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    return done.returncode, HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--help", 0),
        ("statement --help", 0),
        ("untagged --help", 0),
        ("", 2),
        ("no-such-command", 2),
        ("sql", 2),
        ("sql x --format xml", 2),
        ("untagged --precision 2", 2),
        ("status 2026-10", 2),
        ("close", 2),
    ],
)
def test_help_and_wrong_usage_import_nothing_heavy(arguments, code, tmp_path):
    assert run(tmp_path, *arguments.split()) == (code, set())


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        (["sql", "select 1"], TABLE),
        (["sql", "select 1", "--format", "csv"], TABLE),
        (["sql", "select 1", "--format", "json"], TABLE),
        (["status"], FRAME),
        (["rules"], FRAME),
        (["untagged"], FRAME),
        (["files"], FRAME),
        (["describe"], FRAME),
        (["describe", "marts.team_month"], FRAME),
        (["explain"], FRAME),
    ],
)
def test_question_imports_what_it_needs(arguments, needs, built):
    code, found = run(built, *arguments)
    assert code == 0
    assert found - needs == set()


def test_package_imports_nothing_heavy():
    code = "import sys, json, finops; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(json.loads(done.stdout)) == set()
