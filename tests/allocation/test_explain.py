"""Every number is taken apart without losing a digit, and each part names what decided it."""

import hashlib

import pytest

import finops
from finops.allocation.explain import MARTS, Question, explain, explained_charges
from finops.errors import BadInput
from tests.conftest import line, usd, write_bill

TEAMS = "team,kind\na,team\nb,team\nelectricity,shared\nwater,shared\n"
POOLS = "pool,charges,method,driver\nwater,tax,fixed,\nelectricity,,fixed,\n"
SHARES = (
    "pool,team,share\nwater,electricity,0.5\nwater,a,0.1\nwater,b,0.4\n"
    "electricity,water,0.1\nelectricity,a,0.3\nelectricity,b,0.6\n"
)
RULES = "rule_id,priority,service_code,team\nr1,1,AmazonEC2,electricity\nr2,1,AmazonS3,water\nr3,1,AWSLambda,a\n"
FILES = {
    "teams": TEAMS,
    "shared_costs": POOLS,
    "shared_cost_shares": SHARES,
    "rules": RULES,
    "tag_keys": "tag_key,dimension\nservice,service\nTeam,team\n",
    "resources": "resource_id,team,valid_from,valid_to\ni-1,b,,2026-10-06\ni-1,a,2026-10-06,\n",
    "account_defaults": "sub_account_id,team\n999999999999,b\n",
}
LINES = [
    line(line_item_product_code="AmazonEC2", line_item_unblended_cost=200_000),
    line(line_item_product_code="AmazonS3", line_item_unblended_cost=299_999),
    line(line_item_product_code="AWSLambda", line_item_unblended_cost=7),
    # Whoever runs it, the pool pays its tax.
    line(line_item_product_code="AWSLambda", line_item_line_item_type="Tax", line_item_unblended_cost=1),
    line(line_item_product_code="X", resource_tags={"team": "B"}, line_item_unblended_cost=11),
    line(line_item_product_code="X", line_item_resource_id="i-1", line_item_unblended_cost=13),
    line(line_item_product_code="X", line_item_usage_account_id="999999999999", line_item_unblended_cost=17,
         bill_invoice_id=None),
    line(line_item_product_code="X", line_item_unblended_cost=19),
]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    project = tmp_path_factory.mktemp("explain")
    (project / "finops.toml").write_text('company = "Test"\n')
    (project / "mappings").mkdir()
    for name, text in FILES.items():
        (project / "mappings" / f"{name}.csv").write_text(text)
    warehouse = finops.connect(project)
    warehouse.load(write_bill(project / "bill.parquet", LINES))
    warehouse.build()
    return warehouse


def parts(warehouse, *columns, **asked):
    rows = explain(warehouse, Question(**asked)).astype(object)
    return (
        rows[[*columns, "effective_cost"]].where(lambda frame: frame.notna(), None).values.tolist()
    )


def test_own_charges_name_the_line_that_decided(warehouse):
    found = parts(
        warehouse, "x_owner_method", "x_owner_source", "x_file", "x_line",
        billing_period="2026-10", mart="team_day",
    )  # fmt: skip
    assert sorted(found, key=lambda row: row[-1]) == [
        ["rule", "r3", "rules.csv", 4, usd(7)],
        ["tag", "team=B", "tag_keys.csv", 3, usd(11)],
        ["resource", "i-1", "resources.csv", 2, usd(13)],
        ["account", "999999999999", "account_defaults.csv", 2, usd(17)],
        ["unowned", None, None, None, usd(19)],
        ["rule", "r1", "rules.csv", 2, usd(200_000)],
        ["rule", "r2", "rules.csv", 3, usd(299_999)],
    ]


def test_part_names_the_version_of_the_file(warehouse):
    versions = explain(warehouse, Question("2026-10", x_team="a")).set_index("x_file")[
        "x_file_version"
    ]
    rules = (warehouse.settings.project / "mappings" / "rules.csv").read_bytes()
    assert versions["rules.csv"] == hashlib.sha256(rules).hexdigest()[:12]


def test_shared_cost_says_what_came_directly_and_what_through_other_pools(warehouse):
    """Of water, b has 0.4 directly, and 0.7 / 0.95 once electricity has passed its half on."""
    found = explain(warehouse, Question("2026-10", x_team="b"))
    water = (
        found[found["x_pool"] == "water"]
        .groupby("x_way")
        .agg({"effective_cost": "sum", "x_weight": "max"})
    )
    assert round(water["effective_cost"]["direct"], 8) == usd("119999.6")
    assert round(water["effective_cost"].sum(), 8) == round(usd(299_999) * 70 / 95, 8)
    assert water["x_weight"].sum() == pytest.approx(0.7 / 0.95)
    assert set(found["x_driver"].dropna()) == {"fixed"}


def test_collected_tax_is_a_shared_part_and_no_own_one(warehouse):
    own = parts(warehouse, "x_owner_source", billing_period="2026-10", x_team="a")
    assert ["r3", usd(7)] in own
    found = explain(warehouse, Question("2026-10"))
    tax = found[found["x_effective_tax"] != 0]
    assert set(tax["x_pool"]) == {"water"} and tax["x_effective_tax"].sum() == usd(1)


def test_parts_sum_to_each_number_of_each_mart(warehouse):
    for mart in MARTS:
        assert len(explain(warehouse, Question(mart=mart)))


def test_every_team_and_month_of_the_sample_sums_exactly(sample_project):
    warehouse = finops.connect(sample_project)
    found = explain(warehouse, Question())
    keys = ["billing_period", "x_team", "billing_currency"]
    sums = found.groupby(keys)[["billed_cost", "effective_cost"]].sum()
    numbers = warehouse.table("marts.team_month").set_index(keys)
    assert len(numbers) > 100
    for key, row in numbers.iterrows():
        for name in sums.columns:
            assert (sums[name][key] if key in sums.index else 0) == row[name], (key, name)
    assert {"direct", "other pools"} <= set(found["x_way"])
    assert set(found["x_owner_method"].dropna()) >= {"tag", "rule", "relationship", "unowned"}


def test_every_service_month_and_day_of_the_sample_sums_exactly(sample_project):
    """`explain` refuses parts that don't sum to the number."""
    warehouse = finops.connect(sample_project)
    for question in (
        Question(mart="service_month"),
        Question(mart="unit_cost", billing_period="2026-10", charge_date="2026-10-03"),
        Question(mart="untagged"),
        Question("2026-10", x_service="cart"),
    ):
        assert len(explain(warehouse, question))


def test_charges_are_rows_of_the_bill_and_sum_to_the_own_part(warehouse):
    found = explained_charges(warehouse, Question("2026-10", x_team="b"), rows=100)
    own = found[found["x_part"] == "own"].sort_values("effective_cost")
    assert own["effective_cost"].tolist() == [11, 13, 17]
    assert own["x_status"].tolist() == ["final", "final", "estimated"]
    assert set(found["x_source"]) == {str(warehouse.settings.project / "bill.parquet")}
    ids = {one["identity_line_item_id"] for one in LINES}
    assert set(found["x_line_item_id"]) <= ids
    shared = found[found["x_part"] == "shared"]
    carried = sum(float(one.effective_cost) * one.x_weight for one in shared.itertuples())
    number = warehouse.sql(
        "select x_shared_effective_cost as c from marts.team_month where x_team = 'b'"
    )
    assert carried == pytest.approx(float(number["c"][0]))


def test_charges_of_a_team_of_the_sample_sum_to_its_own_parts(sample_project):
    warehouse = finops.connect(sample_project)
    question = Question("2026-10", x_team="marketing")
    charges = explained_charges(warehouse, question, rows=1_000_000)
    found = explain(warehouse, question)
    own = charges[charges["x_part"] == "own"]["effective_cost"].sum()
    assert own == found[found["x_part"] == "own"]["effective_cost"].sum()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"x_team": "watr"}, "has no team 'watr'. Did you mean 'water'"),
        ({"billing_period": "2026-11"}, "has no month '2026-11'. There are: 2026-10"),
        ({"mart": "pool_month"}, "'pool_month' can't be explained. Marts: team_month"),
        ({"x_team": "a", "resource_id": "i-1"}, "marts.team_month has no resource"),
        ({"charge_date": "2026-10-05"}, "Ask of: team_day, unit_cost"),
        ({"x_team": "a", "service_name": "AmazonEC2", "mart": "team_day"}, "There is no effective cost"),
    ],
)  # fmt: skip
def test_what_is_not_there_says_what_is(warehouse, asked, message):
    with pytest.raises(BadInput, match=message.replace(".", r"\.")):
        explain(warehouse, Question(**asked))
