"""Every model says its grain and is written for more than one engine."""

import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from finops.settings import Settings
from finops.warehouse import signatures
from finops.warehouse.models import LAYERS, checks, models_in_order, seeds
from finops.warehouse.promised import promises
from tests.conftest import ROOT

MODELS = models_in_order()
TABLES = [model for model in MODELS if model.name.partition(".")[0] in LAYERS]
# Functions that Spark has by the same name, though sqlglot does not know them.
ON_SPARK = {"cardinality"}
DATE = re.compile("_(date|day|from|until)$")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_first_line_says_what_one_row_is(model):
    assert model.sql.startswith("-- One row per ")
    assert model.grain.endswith(".")


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_check_says_what_a_broken_row_is(check):
    assert check.sql.startswith("-- ")
    assert check.grain.endswith(".")


def test_models_come_after_what_they_read():
    built: set[str] = set()
    names = {model.name for model in MODELS}
    for model in MODELS:
        assert model.reads & names <= built, model.name
        built.add(model.name)


def foreign(sql):
    """Return the parts of a query that Spark lacks and sqlglot says nothing of."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    found = [
        *(one for one in tree.find_all(exp.DataType) if one.this is exp.DType.INT128),
        *(one for one in tree.find_all(exp.Anonymous) if one.name not in ON_SPARK),
        # It has one generator in a select, by itself, and none in `from`.
        *(one for one in tree.find_all(exp.Explode) if not isinstance(one.parent, exp.Alias)),
        *(one for one in tree.find_all(exp.Table) if isinstance(one.this, exp.Func)),
        *tree.find_all(exp.Slice),
        *(
            one
            for one in tree.find_all(exp.Sub)
            if all(DATE.search(side.name) for side in (one.left, one.right))
        ),
        # A window is named whole, or written whole.
        *(
            one
            for one in tree.find_all(exp.Window)
            if one.alias and one.args.get("order") and not isinstance(one.parent, exp.Select)
        ),
    ]
    words = re.findall(r"\b(qualify|exclude|pivot|asof|group by all)\b", sql)
    return [*words, *(one.sql("duckdb") for one in found)]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.name)
def test_facts_and_marts_avoid_what_other_engines_lack(model):
    assert foreign(model.sql) == []


@pytest.mark.parametrize(
    "query",
    [
        "select cast(cost as hugeint) as cost from facts.costs",
        "select hash(tags) as tags from facts.costs",
        "select cast(unnest(days) as date) as day from facts.costs",
        "select days from range(1, 32) as lengths (days)",
        "select path[1:2] as path from facts.costs",
        "select costs.last_date - first_date as days from facts.costs",
        "select sum(cost) over (months order by day) as cost from facts.costs "
        "window months as (partition by month)",
        "select * exclude (cost) from facts.costs",
    ],
)
def test_what_other_engines_lack_is_known(query):
    assert len(foreign(query)) == 1


def test_every_model_has_a_test_that_names_it():
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    texts = "".join(path.read_text(encoding="utf-8") for path in files)
    names = {path.stem.removeprefix("test_") for path in files}
    missing = [
        model.name
        for model in MODELS
        if model.name.partition(".")[2] not in names
        and not re.search(rf"\b{re.escape(model.name)}\b", texts)
    ]
    assert missing == []


def test_every_seed_is_read_and_every_seed_read_is_there():
    read = {name for model in MODELS for name in model.reads if name.startswith("seeds.")}
    known = {seed.name for seed in seeds()}
    # The bridge asks a build for these.
    assert read | {"seeds.instance_sizes"} == known


def test_a_seed_is_its_file():
    sizes = next(seed for seed in seeds() if seed.name == "seeds.instance_sizes")
    rows = dict(duckdb.sql(sizes.sql).fetchall())
    assert (rows["large"], rows["xlarge"]) == ("4", "8")


def test_what_reads_a_seed_is_built_again_when_the_seed_changes(tmp_path, monkeypatch):
    month = {"billing_period": "2026-10", "status": "current", "delivery_id": "a"}
    project = Settings(project=tmp_path)
    before = signatures._signatures(project, [month], MODELS)
    changed = [replace(seed, sql=f"{seed.sql} ") for seed in seeds() if "arn" in seed.name]
    monkeypatch.setattr(signatures, "seeds", lambda: changed)
    after = signatures._signatures(project, [month], MODELS)
    differing = {name for (name, _), value in after.items() if before[name, _] != value}
    assert {"seeds.arn_owners", "owners.relationships"} <= differing
    assert "facts.daily_cost" not in differing


def test_a_line_of_a_model_is_a_check_of_its_table():
    made = promises("marts.team_month", ["Unique: billing_period, x_team."])
    ((name, (said, sql)),) = made.items()
    assert (name, said) == ("team_month_has_one_row_per_grain", "Rows that appear twice.")
    con = duckdb.connect()
    con.execute(
        "create schema marts; create table marts.team_month as "
        "select * from (values ('2026-10', 'a'), ('2026-10', 'b'), ('2026-10', 'b'), (null, 'b')) "
        "as rows (billing_period, x_team)"
    )
    assert con.execute(sql).fetchall() == [("2026-10", "b", 1, 2)]


def test_sums_are_held_against_the_bill_with_its_tax():
    made = promises("marts.unit_cost", ["Sums to the bill where x_service = '*'."])
    ((name, (_, sql)),) = made.items()
    assert name == "unit_cost_matches_the_bill"
    con = duckdb.connect()
    con.execute(
        "create schema marts; create schema facts; create table facts.daily_cost as "
        "select '2026-10' as billing_period, 'USD' as billing_currency, * from "
        "(values (10, 8, 'cloud_expense'), (1, 1, 'vat_receivable')) "
        "as rows (billed_cost, effective_cost, x_entry); create table marts.unit_cost as "
        "select '2026-10' as billing_period, 'USD' as billing_currency, * from "
        "(values (10, 8, 1, 1, '*'), (5, 5, 0, 0, 'cart')) "
        "as rows (billed_cost, effective_cost, x_billed_tax, x_effective_tax, x_service)"
    )
    assert con.execute(sql).fetchall() == []
    # A line that is put down as tax and is none is seen, too.
    con.execute(
        "update marts.unit_cost set billed_cost = 9, x_billed_tax = 2 where x_service = '*'"
    )
    assert con.execute(sql).fetchall() == [("2026-10", "USD", 11, 11, 9, 9, 1, 2, 1, 1)]


def test_what_a_table_promises_is_no_text_about_it():
    team_month = next(model for model in MODELS if model.name == "marts.team_month")
    assert team_month.notes == "Cost is before recoverable tax, as budgets are."
