"""How long 500 owner rules take on 25 million charges, against a scan of what they look at."""

import statistics
import tempfile
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from benchmarks.measure import apart, peak_gb, seconds
from benchmarks.naive_rules import naive_seconds_per_line
from benchmarks.rule_bill import KINDS, write_months, write_rules
from finops.inputs.mappings import load_mappings
from finops.sql import identifier, literal
from finops.warehouse.models import Model, models_in_order
from finops.warehouse.months import OWNER_KEY

TEXTS = (
    "sub_account_id",
    "x_service_code",
    "x_usage_type",
    "x_operation",
    "region_id",
    "resource_id",
    "x_line_item_type",
    "x_parent_resource_id",
)
MAPS = ("tags", "x_cost_categories")
OWNERS = (
    "owners.owner_keys",
    "owners.tag_attributes",
    "owners.owner_tags",
    "owners.tag_values",
    "owners.tag_owners",
    "owners.rule_matches",
    "owners.direct_owners",
)


def rules_speed(*, runs: int = 3) -> dict[str, float]:
    """Return seconds, ratios to a scan and peak GB, for a bill by the hour and a random one.

    Each is measured in a process of its own. The scan reads every value of the columns that rules
    look at; the counting scan only how many there are. The naive ways run on fewer charges: their
    ratio is of the time for one charge. A way that is not installed is NaN.
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        rules = write_rules(Path(folder) / "mappings")
        for kind in KINDS:
            bill = write_months(kind, Path(folder) / kind)
            found = apart(measure, Path(folder), kind, runs)
            figures |= {f"{kind}_{name}": value for name, value in found.items()}
            if kind == "hourly":
                scan = found["scan_seconds"] / found["charges"]
                for name, line_seconds in naive_seconds_per_line(bill[0], rules).items():
                    figures[f"{kind}_{name}_to_scan"] = line_seconds / scan
    return figures


def measure(folder: Path, kind: str, runs: int) -> dict[str, float]:
    """Return the figures of one bill: the scans and the rules run in turn."""
    months = sorted((folder / kind).glob("*.parquet"))
    models = {model.name: model for model in models_in_order()}
    con = duckdb.connect(str(folder / f"{kind}.duckdb"))
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = false")
    con.execute("set memory_limit = '700MB'")
    load_mappings(con, folder / "mappings")
    _show_charges(con, months, models["staging.charges"].sql)
    works = (lambda: _scan(con, months), lambda: _count(con, months), lambda: _own(con, models))
    runs_seconds = [[seconds(work) for work in works] for _ in range(runs)]
    return {
        "charges": con.execute(f"select count(*) from {_source(months)}").fetchall()[0][0],
        "scan_seconds": statistics.median(scan for scan, _, _ in runs_seconds),
        "rules_seconds": statistics.median(rules for _, _, rules in runs_seconds),
        "rules_to_scan": statistics.median(rules / scan for scan, _, rules in runs_seconds),
        "rules_to_counting_scan": statistics.median(
            rules / count for _, count, rules in runs_seconds
        ),
        "owned_share": _owned_share(con),
        "peak_gb": peak_gb(),
    }


def _own(con: duckdb.DuckDBPyConnection, models: dict[str, Model]) -> None:
    """Find the owners of all months, by the models that a build runs."""
    for name in OWNERS:
        model = models[name]
        if model.transform:
            con.register("model_rows", model.transform(con.sql(model.sql).to_arrow_table()))
        rows = "from model_rows" if model.transform else model.sql
        con.execute(f"create or replace table {name} as {rows}")


def _show_charges(con: duckdb.DuckDBPyConnection, months: list[Path], charges: str) -> None:
    """Show a bill as staging.charges, and its charges by the hour in place of the daily cost."""
    found = con.sql(f"select * from {_source(months)}").columns
    columns = {one.name for one in sqlglot.parse_one(charges, "duckdb").find_all(exp.Column)}
    lacking = sorted(columns - {*found, "x_owner_key"})
    others = "".join(f", null as {identifier(name)}" for name in lacking)
    for schema in ("raw", "staging", "facts", "owners"):
        con.execute(f"create schema if not exists {schema}")
    con.execute(
        f"create or replace view raw.charges as select *{others}, {OWNER_KEY} as x_owner_key "
        f"from {_source(months)}"
    )
    con.execute(f"create or replace view staging.charges as {charges}")
    con.execute("create or replace view facts.daily_cost as select * from staging.charges")


def _scan(con: duckdb.DuckDBPyConnection, months: list[Path]) -> None:
    values = [f"max({name})" for name in (*TEXTS, "charge_period_start")]
    values += [f"count({name})" for name in MAPS]
    con.execute(f"select {', '.join(values)} from {_source(months)}").fetchall()


def _count(con: duckdb.DuckDBPyConnection, months: list[Path]) -> None:
    values = [f"count({name})" for name in (*TEXTS, *MAPS, "charge_period_start")]
    con.execute(f"select {', '.join(values)} from {_source(months)}").fetchall()


def _owned_share(con: duckdb.DuckDBPyConnection) -> float:
    query = (
        "select count(x_team) / count(*) from facts.daily_cost "
        "left join owners.direct_owners using (billing_period, x_owner_key, charge_date)"
    )
    return float(con.execute(query).fetchall()[0][0])


def _source(months: list[Path]) -> str:
    return f"read_parquet([{', '.join(literal(str(month)) for month in months)}])"
