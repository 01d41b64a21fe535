"""The methods are compared on what was built: they move money between teams, never in or out."""

import datetime as dt

import pytest

import finops
from finops.allocation.compare import compare_methods
from finops.errors import BadInput
from finops.warehouse.models import models_in_order
from tests.conftest import line, usd, write_bill

TEAMS = "team,kind\na,team\nb,team\nelectricity,shared\nwater,shared\n"
POOLS = (
    "pool,method,driver\nwater,fixed,\nelectricity,fixed,\n",
    "pool,team,share\nwater,electricity,0.5\nwater,a,0.1\nwater,b,0.4\n"
    "electricity,water,0.1\nelectricity,a,0.3\nelectricity,b,0.6\n",
)
RULES = (
    "rule_id,priority,service_code,team\nr1,1,AmazonEC2,electricity\nr2,1,AmazonS3,water\n"
    "r3,1,AWSLambda,a\n"
)


@pytest.fixture
def warehouse(project, tmp_path):
    files = {
        "teams": TEAMS,
        "rules": RULES,
        "shared_costs": POOLS[0],
        "shared_cost_shares": POOLS[1],
    }
    (project / "mappings").mkdir()
    for name, text in files.items():
        (project / "mappings" / f"{name}.csv").write_text(text)
    costs = {"AmazonEC2": 200_000, "AmazonS3": 300_000, "AWSLambda": 7}
    lines = [
        line(line_item_product_code=code, line_item_unblended_cost=cost)
        for code, cost in costs.items()
    ]
    warehouse = finops.connect(project)
    warehouse.load(write_bill(tmp_path / "bill.parquet", lines))
    warehouse.build()
    return warehouse


def test_each_method_splits_the_same_money(warehouse):
    """The textbook case of test_shared_costs: 1,120,000/3, 1,060,000/3 and 6,760,000/19 for b."""
    compared = compare_methods(warehouse, "2026-10")
    names = ["direct_effective_cost", "step_down_effective_cost", "reciprocal_effective_cost"]
    assert compared[names].sum().tolist() == [usd(500_000)] * 3
    of_b = compared.loc[compared["x_team"] == "b", names].sum().tolist()
    # Shares are whole 10^15ths, so the tenth digit of a large sum may differ from the fraction.
    assert [round(one, 8) for one in of_b] == [
        usd("373333.33333333"),
        usd("353333.33333333"),
        usd("355789.47368421"),
    ]


def test_reciprocal_is_what_was_built(warehouse):
    compared = compare_methods(warehouse, "2026-10")
    built = warehouse.sql("select effective_cost from marts.pool_month order by x_pool, x_team")
    assert compared["reciprocal_effective_cost"].tolist() == built["effective_cost"].tolist()


def test_month_that_is_not_built_is_refused(warehouse):
    with pytest.raises(BadInput, match="2026-11 is not built"):
        compare_methods(warehouse, "2026-11")


def test_other_method_in_the_settings_allocates_again(warehouse, project):
    circle = r"shared_costs\.csv line 2: step_down can't split pools that feed each other"
    settings = project / "finops.toml"
    settings.write_text('[allocation]\nshared_cost = "step_down"\n')
    with pytest.raises(BadInput, match=circle):
        finops.connect(project).build()
    settings.write_text('[allocation]\nshared_cost = "direct"\n')
    direct = finops.connect(project)
    direct.build()
    of_b = direct.sql("select sum(effective_cost) as c from marts.pool_month where x_team = 'b'")
    assert [round(one, 8) for one in of_b["c"]] == [usd("373333.33333333")]


def test_changed_month_and_changed_driver_give_the_tables_of_a_full_build(
    warehouse, project, tmp_path
):
    september = dt.datetime(2026, 9, 30)
    earlier = line(line_item_product_code="AmazonS3", line_item_unblended_cost=9, day=september)
    warehouse.load(write_bill(tmp_path / "september.parquet", [earlier]))
    warehouse.build()
    (project / "business").mkdir()
    drivers = project / "business" / "drivers.csv"
    (project / "mappings" / "shared_costs.csv").write_text(
        "pool,method,driver,missing_driver,targets\nwater,driver,litres,even,a|b\n"
        "electricity,even,,,water|a\n"
    )
    (project / "mappings" / "shared_cost_shares.csv").unlink()
    for quantity in (1, 3):
        drivers.write_text(
            "date,driver,team,quantity\n2026-09-30,litres,b,1\n"
            f"2026-10-05,litres,a,1\n2026-10-05,litres,b,{quantity}\n"
        )
        warehouse.build()
    carried = warehouse.sql(
        "select x_pool, x_team, sum(effective_cost) as c from marts.pool_month "
        "where billing_period = '2026-10' group by all order by all"
    )
    # Of water's 300,000 a has a quarter; half of electricity is water's, so a has 5/8 of it.
    assert carried["c"].tolist() == [125_000, 75_000, 75_000, 225_000]
    tables = [model.name for model in models_in_order() if "staging" not in model.name]
    increment = {name: warehouse.table(name) for name in tables}
    warehouse.close()
    warehouse.settings.database.unlink()
    warehouse.build()
    for name, rows in increment.items():
        assert rows.equals(warehouse.table(name)), name
