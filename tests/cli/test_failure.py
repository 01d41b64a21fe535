"""Whatever stops a command is one line, without a traceback; what nobody foresaw has a report."""

import os
import re
import subprocess
import sys

import pytest

import finops
from finops.cli import failure, terminal
from tests.conftest import line, write_bill

RUN = [sys.executable, "-c", "from finops.cli import main; main()"]
TAG = "\x1b[31m한글\x07‮"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    (project / "finops.toml").write_text('company = "Test"\n')
    lines = [line(line_item_unblended_cost=1.0, resource_tags={"user_name": TAG})]
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(project / "bill.parquet", lines))
        warehouse.build()
    return project


def run(*arguments, **options):
    done = subprocess.run([*RUN, *map(str, arguments)], capture_output=True, **options)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture
def command_that_fails(monkeypatch, tmp_path, capsys):
    """Run `finops check --project secret-place` with an error from where nobody looked."""

    def fail(error, reports=tmp_path):
        def broken(project):
            raise error

        monkeypatch.setattr("tempfile.tempdir", str(reports))
        monkeypatch.setattr("finops.warehouse.connect.connect", broken)
        monkeypatch.setattr(sys, "argv", ["finops", "check", "--project=secret-place"])
        with pytest.raises(SystemExit) as end:
            terminal.main()
        return end.value.code, capsys.readouterr().err

    return fail


def test_unforeseen_failure_is_one_line_and_a_report_without_data(command_that_fails, tmp_path):
    code, err = command_that_fails(KeyError("i-0abc of payer 123456789012"))
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("error: KeyError: 'i-0abc of payer 123456789012'")
    (report,) = tmp_path.glob("finops-error-*.txt")
    assert str(report) in err
    text = report.read_text()
    assert "command: check --project\n" in text
    assert "error: builtins.KeyError" in text and "in broken" in text and "duckdb " in text
    assert not re.search("i-0abc|123456789012|secret-place", text)
    assert report.stat().st_mode & 0o077 == 0


def test_report_that_cannot_be_written_is_no_failure(command_that_fails, tmp_path):
    code, err = command_that_fails(RecursionError("deep"), tmp_path / "nowhere")
    assert (code, err.count("\n")) == (1, 1)
    assert "No report was written" in err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "Make room"),
        (MemoryError(), "Not enough memory: MemoryError"),
        (failure.sqlite3.OperationalError("database or disk is full"), "Make room"),
        (failure.sqlite3.DatabaseError("file is not a database"), "file is not a database"),
        (failure.duckdb.OutOfMemoryException("failed to allocate"), "Not enough memory"),
    ],
)
def test_limit_of_the_machine_says_what_to_do_and_has_no_report(
    error, words, command_that_fails, tmp_path
):
    code, err = command_that_fails(error)
    assert (code, err.count("\n")) == (1, 1)
    assert words in err
    assert not list(tmp_path.glob("finops-error-*"))


def test_interrupt_is_quiet(command_that_fails):
    assert command_that_fails(KeyboardInterrupt())[0] == 130


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_output_in_another_encoding_is_shown(output, built):
    query = "select 'é 한글 €😀' as x"
    found = run(
        *("sql", query, "--project", built, "--format", output),
        env=os.environ | {"PYTHONIOENCODING": "euc-kr"},
    )
    assert (found[0], found[2]) == (0, "")
    assert "한글".encode("euc-kr") in found[1] and rb"\xe9" in found[1]


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_reader_that_leaves_ends_a_command_without_a_word(output, built):
    # More than a pipe holds.
    query = "select range as x from range(20000)"
    command = [*RUN, "sql", query, "--project", str(built), "--format", output]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (0, 1)


def test_output_that_is_closed_ends_a_command_without_a_traceback(built):
    command = " ".join(["exec", f"'{sys.executable}'", "-c", f"'{RUN[2]}'", "sql", "'select 1'"])
    done = subprocess.run(
        ["sh", "-c", f"{command} --project '{built}' >&-"], capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr and done.stderr.count(b"\n") <= 1


def test_text_of_a_bill_gives_a_terminal_no_orders(capsys):
    terminal.out.print(f"name [bold]x[/] {TAG}", markup=False)
    assert capsys.readouterr().out == "name [bold]x[/] �[31m한글�\n"
