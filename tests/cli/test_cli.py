"""Every command, as a user types it: what it prints, and one line and exit 1 when it can't."""

import datetime as dt
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finops.incidents import record as incidents
from tests.conftest import line, write_bill
from tests.incidents.test_record import anomaly
from tests.incidents.test_record import frame as anomaly_frame


def test_init_load_build_check_status_sql(finops, tmp_path, bill):
    project = tmp_path / "costs"
    assert finops("init", project)[0] == 0
    code, out, _ = finops("load", bill, "--project", project)
    assert code == 0
    assert "2026-10" in out
    assert "3.50 USD" in out
    assert "no manifest: 1 file(s)" in out
    assert "1 loaded deliveries are not built" not in finops("build", "--project", project)[1]
    code, out, _ = finops("check", "--project", project)
    assert code == 0
    assert "allocation_is_complete" in out
    code, out, _ = finops("status", "--project", project)
    assert "2026-10" in out
    assert "100 %" in out
    query = "select sum(billed_cost) as billed_cost from facts.daily_cost"
    assert finops("sql", query, "--project", project, "--format", "csv")[1] == (
        "billed_cost\n3.5000000000\n"
    )
    assert json.loads(finops("sql", query, "--project", project, "--format", "json")[1]) == [
        {"billed_cost": "3.5000000000"}
    ]
    assert "3.5000000000" in finops("sql", query, "--project", project)[1]
    assert "3.5000000000" in finops("sql", f"-- A comment\n{query}", "--project", project)[1]
    assert finops("sql", query, "--fromat", "csv", "--project", project)[0] == 2
    assert "No cost stands out" in finops("anomalies", "--project", project)[1]


def test_anomalies_take_a_decision_and_list_what_is_left(finops, built, monkeypatch):
    found = anomaly_frame(anomaly(), anomaly(key="ads / Lambda"))
    monkeypatch.setattr(incidents, "find", lambda _: found)
    listed = finops("anomalies", "--project", built)[1]
    search, ads = incidents.record(built, found)["id"]
    assert search in listed
    assert "open" in listed
    known = ("--acknowledge", search, "--reason", "load test [x]", "--project", built)
    listed = finops("anomalies", *known)[1]
    assert "load test [x]" in listed
    assert "acknowledged" in listed
    listed = finops("anomalies", "--expected", ads, "--project", built)[1]
    assert search in listed
    assert ads not in listed
    code, _, error = finops("anomalies", "--expected", "none", "--project", built)
    assert (code, error.strip()) == (
        1,
        "error: There is no incident 'none'. Ids are listed by: finops anomalies",
    )


def test_formula_of_a_bill_stays_text_in_csv(finops, built):
    query = "select distinct service_name from facts.daily_cost"
    out = finops("sql", query, "--project", built, "--format", "csv")[1]
    assert out == "service_name\n'=HYPERLINK(1)\n"


def test_status_says_what_is_not_built_yet(finops, built, tmp_path):
    other = write_bill(tmp_path / "other.parquet", [line(bill_payer_account_id="9")])
    finops("load", other, "--project", built)
    assert "1 loaded deliveries are not built yet" in finops("status", "--project", built)[1]


@pytest.fixture
def project_with_two_deliveries(finops, project, tmp_path):
    """October as delivered on 3 October with 1 USD, and on 15 October with 5 USD."""
    for day, cost in ((3, 1.0), (15, 5.0)):
        bill = write_bill(tmp_path / "twice.parquet", [line(line_item_unblended_cost=cost)])
        when = dt.datetime(2026, 10, day, tzinfo=dt.UTC).timestamp()
        os.utime(bill, (when, when))
        finops("load", bill, "--project", project)
    finops("build", "--project", project)
    return project


def test_status_explains_how_a_month_moved(finops, project_with_two_deliveries):
    project = ("--project", project_with_two_deliveries)
    # How lines break depends on the length of the project's path.
    status = " ".join(finops("status", *project)[1].split())
    assert "+4.00 USD unblended cost. Why: finops status --diff 2026-10" in status
    query = "select delivery_id from ledger.deliveries order by delivered_at"
    ids = finops("sql", query, "--format", "csv", *project)[1].split()[1:]
    for names in (["2026-10"], ids):
        code, out, _ = finops("status", "--diff", *names, *project)
        assert code == 0
        assert "AmazonEC2 012345678901 1.00 5.00 +4.00 USD" in " ".join(out.split())


def test_status_and_sql_answer_as_of_another_day(finops, project_with_two_deliveries):
    project = ("--project", project_with_two_deliveries, "--as-of", "2026-10-10")
    query = "select sum(billed_cost) as billed_cost from facts.daily_cost"
    assert finops("sql", query, "--format", "csv", *project)[1] == "billed_cost\n1.0000000000\n"
    assert "As of 2026-10-10 23:59:59 UTC" in finops("status", *project)[1]


def test_moment_that_is_none_is_one_line_and_exit_1(finops, project):
    code, out, err = finops("status", "--as-of", "yesterday", "--project", project)
    assert (code, out) == (1, "")
    assert "'yesterday' is no date or time" in err


def files_and_times(project):
    # What lay below a source is kept of a failed load too.
    kept = [file for file in project.rglob("*.*") if file.suffix != ".lock"]
    files = [file for file in kept if file.parent.name != "files"]
    return sorted((file, file.stat().st_mtime_ns) for file in files)


def no_bill(tmp_path):
    return []


def truncated_file(tmp_path):
    file = write_bill(tmp_path / "in" / "cut.parquet", [line()])
    file.write_bytes(file.read_bytes()[:-50])


def broken_manifest(tmp_path):
    (tmp_path / "in" / "rep-Manifest.json").write_text('{"reportKeys": ["a"')
    write_bill(tmp_path / "in" / "a.parquet", [line()])


def manifest_of_another_file(tmp_path):
    content = {"reportKeys": ["../../etc/passwd"], "billingPeriod": {"start": "20261001T"}}
    (tmp_path / "in" / "rep-Manifest.json").write_text(json.dumps(content))


def other_tables(tmp_path):
    (tmp_path / "in" / "prices.csv").write_text("sku,:x:\n1,2\n")


def cut_gzip(tmp_path):
    header = "lineItem/UsageStartDate,lineItem/UsageAccountId,lineItem/UnblendedCost\n"
    rows = [f"2026-10-01T00:00:00Z,{number},{number * 7919 % 1000}\n" for number in range(9000)]
    whole = gzip.compress((header + "".join(rows)).encode())
    (tmp_path / "in" / "rep-1.csv.gz").write_bytes(whole[: len(whole) // 2])


def missing_cost(tmp_path):
    one = line()
    del one["line_item_unblended_cost"]
    write_bill(tmp_path / "in" / "bill.parquet", [one])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_bill, "holds no bill"),
        (truncated_file, "cut.parquet can't be read as Parquet"),
        (missing_cost, "has no line_item_unblended_cost"),
        (broken_manifest, "rep-Manifest.json is not a readable manifest"),
        (manifest_of_another_file, "2026-10: {folder}/rep-Manifest.json names '../../etc/passwd'"),
        (other_tables, "prices.csv has no line_item_usage_start_date"),
        (other_tables, "It has sku, :x:."),
        (cut_gzip, "rep-1.csv.gz can't be read; is it cut off? Fetch it again."),
    ],
)
def test_bad_bill_is_one_line_and_exit_1(finops, built, tmp_path, make, message):
    before = files_and_times(built)
    (tmp_path / "in").mkdir()
    make(tmp_path)
    code, out, err = finops("load", tmp_path / "in", "--project", built)
    assert (code, out) == (1, "")
    assert message.format(folder=tmp_path / "in") in err
    assert len(err.splitlines()) == 1
    assert files_and_times(built) == before


def month_with_a_missing_file(folder):
    """September as a file that is there, October as a manifest whose file is not."""
    for month, key in ((9, "there.parquet"), (10, "missing.parquet")):
        manifest = folder / f"2026{month:02d}01-2026{month + 1:02d}01/rep-Manifest.json"
        manifest.parent.mkdir(parents=True)
        start = f"2026{month:02d}01T000000.000Z"
        content = {"reportKeys": [key], "billingPeriod": {"start": start}}
        manifest.write_text(json.dumps(content))
    september = line(day=dt.datetime(2026, 9, 5), line_item_unblended_cost=2.0)
    write_bill(folder / "there.parquet", [september])
    return folder


def test_month_with_a_missing_file_is_one_line_and_exit_1_and_the_others_load(
    finops, project, tmp_path
):
    folder = month_with_a_missing_file(tmp_path / "in")
    code, out, err = finops("load", folder, "--project", project)
    assert (code, out) == (1, "")
    manifest = folder / "20261001-20261101/rep-Manifest.json"
    assert err.strip() == (
        f"error: Not loaded: 2026-10: {manifest} names missing.parquet, which is not below "
        f"{folder}. Fetch the whole delivery. Loaded all the same: 2026-09."
    )
    assert finops("build", "--project", project)[0] == 0
    assert "2026-09" in finops("status", "--project", project)[1]


def test_month_with_a_missing_file_does_not_stop_another_month(finops, project, tmp_path):
    folder = month_with_a_missing_file(tmp_path / "in")
    asked = ("load", folder, "--project", project, "--billing-period")
    assert finops(*asked, "2026-09")[0] == 0
    code, _, err = finops(*asked, "2026-10")
    assert (code, "Loaded all the same" in err) == (1, False)
    assert "missing.parquet, which is not below" in err


def test_month_with_a_wrong_value_does_not_stop_the_others(finops, project, tmp_path):
    for month, cost in ((8, 1.0), (9, "twelve"), (10, 1.0)):
        one = line(day=dt.datetime(2026, month, 5), line_item_unblended_cost=cost)
        write_bill(tmp_path / f"in/{month}/{month}.parquet", [one])
    code, _, err = finops("load", tmp_path / "in", "--project", project)
    assert code == 1
    assert err.startswith("error: Not loaded: 2026-09: ")
    assert "9.parquet: 1 value(s) of line_item_unblended_cost" in err
    assert err.endswith("Loaded all the same: 2026-08, 2026-10.\n")


def test_unknown_team_is_one_line_and_exit_1(finops, built):
    (built / "mappings").mkdir()
    (built / "mappings" / "services.csv").write_text("service,team\nfind,nobody\n")
    code, _, err = finops("build", "--project", built)
    assert code == 1
    assert "services.csv line 2: unknown team 'nobody'" in err
    assert len(err.strip().splitlines()) == 1
    assert finops("sql", "select 1", "--project", built)[0] == 0


def test_init_leaves_a_project_alone(finops, project):
    code, _, err = finops("init", project)
    assert code == 1
    assert "is there already" in err


def test_month_that_is_not_in_the_source_is_refused(finops, project, bill):
    code, _, err = finops("load", bill, "--project", project, "--billing-period", "2020-01")
    assert code == 1
    assert "holds no bill of 2020-01" in err


def test_markup_in_an_error_is_text(finops, project):
    code, _, err = finops("sql", "select '[bold]' from nowhere", "--project", project)
    assert code == 1
    assert "[bold]" in err or "no warehouse yet" in err


def test_wrong_usage_is_exit_2(finops):
    assert finops("load")[0] == 2
    assert finops("sql", "select 1", "--format", "xml")[0] == 2
    assert finops("status", "2026-10")[0] == 2


def test_installed_command_gives_one_line_and_exit_1(tmp_path):
    script = Path(sys.executable).with_name("finops")
    done = subprocess.run([script, "status", "--project", tmp_path], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "has no finops.toml" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_describe_says_what_tables_and_columns_are(finops, built):
    code, out, _ = finops("describe", "--project", built)
    assert code == 0
    assert "ledger.files " in out
    assert "One row per file found below a source" in out
    code, out, _ = finops("describe", "marts.team_month", "--project", built)
    assert code == 0
    assert out.startswith("One row per month, team and billing currency")
    assert "decimal, billing currency" in out
    assert "Budget less the team's own" in out
    code, out, err = finops("describe", "team_month", "--project", built)
    assert (code, out) == (1, "")
    assert err == "error: There is no table 'team_month'. Did you mean marts.team_month?\n"
