"""How long a bucket of many versions of each month takes beside one of a single version."""

import json
import statistics
import tempfile
from pathlib import Path

import duckdb

import finops
from benchmarks.bills import create_project
from benchmarks.measure import cpu_seconds
from finops.sql import literal

MONTHS = 12
VERSIONS = 40
# Lines of a month: so few that what a version costs shows.
_LINES = 2000
_MONTH = """
select
    month || '-' || number as identity_line_item_id,
    '000000000001' as bill_payer_account_id,
    'Anniversary' as bill_bill_type,
    start as bill_billing_period_start_date,
    printf('%012d', number % 20) as line_item_usage_account_id,
    'Usage' as line_item_line_item_type,
    start + to_hours(cast(number % 600 as integer)) as line_item_usage_start_date,
    start + to_hours(cast(number % 600 + 1 as integer)) as line_item_usage_end_date,
    'AmazonEC2' as line_item_product_code,
    'APN2-BoxUsage' as line_item_usage_type,
    'RunInstances' as line_item_operation,
    'USD' as line_item_currency_code,
    cast({cost} as double) as line_item_unblended_cost
from
    range({lines}) as lines (number),
    (select timestamp {start} as start, {month} as month)
"""


def versions_speed(
    *, months: int = MONTHS, versions: int = VERSIONS, runs: int = 3
) -> dict[str, float]:
    """Return the median CPU seconds of loading each bucket, in turn, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one", Path(folder) / "many"
        write_bucket(one, months=months, versions=1)
        write_bucket(many, months=months, versions=versions)
        pairs = [
            (_load(one, Path(folder) / f"{run}-1"), _load(many, Path(folder) / f"{run}-2"))
            for run in range(runs)
        ]
    ones, manies = zip(*pairs, strict=True)
    return {
        f"{months}_months_cpu_seconds": statistics.median(ones),
        f"of_{versions}_versions_each": statistics.median(manies),
        "many_to_one": statistics.median(many / one for one, many in pairs),
    }


def _load(bucket: Path, project: Path) -> float:
    create_project(project)
    with finops.connect(project) as warehouse:
        return cpu_seconds(lambda: warehouse.load(bucket))


def write_bucket(bucket: Path, *, months: int, versions: int) -> None:
    """Write an export that keeps its versions, as Data Exports do: a manifest and files of each."""
    with duckdb.connect() as con:
        for number in range(months):
            month = f"2025-{number + 1:02}"
            for version in range(versions):
                time = f"{month}-{version // 2 + 2:02}T{version % 2 * 12:02}:00:00.000Z-{version}"
                period = f"BILLING_PERIOD={month}/{time}"
                data = bucket / "data" / period / "bill.parquet"
                _write_version(con, data, month, version)
                manifest = {
                    "exportArn": "arn:aws:bcm-data-exports:us-east-1:1:export/bill",
                    "dataFiles": [data.relative_to(bucket).as_posix()],
                }
                path = bucket / "metadata" / period / "bill-Manifest.json"
                path.parent.mkdir(parents=True)
                path.write_text(json.dumps(manifest), encoding="utf-8")


def _write_version(con: duckdb.DuckDBPyConnection, data: Path, month: str, version: int) -> None:
    data.parent.mkdir(parents=True)
    query = _MONTH.format(
        cost=1 + version, lines=_LINES, start=literal(f"{month}-01"), month=literal(month)
    )
    con.execute(f"copy ({query}) to {literal(str(data))} (format parquet)")
