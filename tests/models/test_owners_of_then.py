"""A service that moves to another team leaves the days before where they were."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

import finops
from finops.errors import BadInput
from finops.inputs.mappings import load_mappings, read_mappings
from tests.conftest import line, write_bill

SERVICES = """\
service,team,product,valid_from,valid_to
coupon,alpha,Old,,2026-02-15
coupon,beta,New,2026-02-15,
"""
FILES = {
    "mappings/teams.csv": "team,cost_centre,valid_from,valid_to\n"
    "alpha,A1,,2026-02-01\nalpha,A2,2026-02-01,\nbeta,B1,,\n",
    "mappings/services.csv": SERVICES,
    "mappings/tag_keys.csv": "tag_key,dimension\nservice,service\n",
    "mappings/rules.csv": "rule_id,priority,service_code,service\nR1,1,AmazonRDS,coupon\n",
    "mappings/resources.csv": "resource_id,service\ni-listed,coupon\n",
    "mappings/account_defaults.csv": "sub_account_id,service\n222222222222,coupon\n",
    "inventory/belongs_to.csv": "resource_id,belongs_to,relation,tag:service\n"
    "i-parent,,,coupon\nvol-1,i-parent,attached_to,\n",
}
# What names the service in each way: a tag, a rule, the exact list, the inventory, the account.
WAYS = {
    "tag": {"resource_tags": [("user_service", "Coupon")], "line_item_resource_id": "i-tagged"},
    "rule": {"line_item_product_code": "AmazonRDS", "line_item_resource_id": "db-1"},
    "resource": {"line_item_resource_id": "i-listed"},
    "relation": {"line_item_resource_id": "vol-1"},
    "account": {"line_item_usage_account_id": "222222222222", "line_item_resource_id": "i-2"},
}
DAYS = [dt.datetime(2026, 1, 20), dt.datetime(2026, 2, 14), dt.datetime(2026, 2, 15)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    project = tmp_path_factory.mktemp("moves")
    (project / "finops.toml").write_text("")
    for name, text in FILES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    for month in (1, 2):
        rows = [
            line(day=day, line_item_unblended_cost=100.0, **way)
            for way in WAYS.values()
            for day in DAYS
            if day.month == month
        ]
        write_bill(project / "in" / f"{month}.parquet", rows)
    with finops.connect(project) as one:
        one.load(project / "in")
        one.build()
        yield one


def test_the_team_of_the_day_owns_a_service_however_it_is_named(warehouse):
    rows = warehouse.sql(
        "select charge_date, x_team, x_cost_centre, x_service, cast(count(*) as integer) as rows, "
        "sum(effective_cost) as cost from facts.owned_cost group by all order by 1"
    )
    assert rows.astype(object).to_numpy().tolist() == [
        [dt.date(2026, 1, 20), "alpha", "A1", "coupon", 5, Decimal(500)],
        [dt.date(2026, 2, 14), "alpha", "A2", "coupon", 5, Decimal(500)],
        [dt.date(2026, 2, 15), "beta", "B1", "coupon", 5, Decimal(500)],
    ]


def test_each_way_stays_what_it_was(warehouse):
    rows = warehouse.sql(
        "select x_owner_method, count(distinct x_team) as teams from facts.owned_cost "
        "group by 1 order by 1"
    )
    assert rows["teams"].tolist() == [2] * 5
    assert rows["x_owner_method"].tolist() == ["account", "relationship", "resource", "rule", "tag"]


def test_product_and_names_are_of_the_day_and_of_today(warehouse):
    rows = warehouse.sql(
        "select charge_date, x_key from facts.measured_cost where x_scope = 'product' order by 1"
    )
    assert rows["x_key"].tolist() == ["Old", "Old", "New"]
    assert warehouse.table("mappings.services")["team"].tolist() == ["beta"]


def test_days_without_a_line_have_no_team(tmp_path, con):
    (tmp_path / "teams.csv").write_text("team\na\nb\n")
    (tmp_path / "services.csv").write_text(
        "service,team,valid_from,valid_to\ns,b,2026-03-01,2026-04-01\ns,a,2026-01-01,2026-02-01\n"
    )
    load_mappings(con, tmp_path)
    assert con.execute(
        "select team, valid_from, valid_to from mappings.service_days order by 2"
    ).fetchall() == [
        (None, dt.date(1, 1, 1), dt.date(2026, 1, 1)),
        ("a", dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
        (None, dt.date(2026, 2, 1), dt.date(2026, 3, 1)),
        ("b", dt.date(2026, 3, 1), dt.date(2026, 4, 1)),
        (None, dt.date(2026, 4, 1), dt.date(9999, 12, 31)),
    ]


@pytest.fixture
def con():
    with duckdb.connect() as one:
        yield one


@pytest.mark.parametrize(
    ("teams", "services", "said"),
    [
        ("team\na\n", "service,team\ns,a\ns,a\n", "services.csv line 3: 's' is already on line 2"),
        (
            "team\na\n",
            "service,team,valid_from,valid_to\ns,a,,2026-02-02\ns,a,2026-02-01,\n",
            "services.csv line 3: 's' is already on line 2",
        ),
        (
            "team\na\n",
            "service,team,valid_from,valid_to\ns,a,2026-02-02,2026-02-02\n",
            "services.csv line 2: valid_to 2026-02-02 is not after",
        ),
        (
            "team,kind,valid_from,valid_to\na,team,,2026-02-01\na,shared,2026-02-01,\n",
            "service,team\n",
            "teams.csv line 3: 'a' is 'team' on another line",
        ),
    ],
)
def test_days_that_nobody_can_mean_are_refused(tmp_path, teams, services, said):
    (tmp_path / "teams.csv").write_text(teams)
    (tmp_path / "services.csv").write_text(services)
    with pytest.raises(BadInput, match=said):
        read_mappings(tmp_path)
