"""A changed mapping file moves money between teams, never in or out, and publishes nothing."""

import hashlib

import pytest

import finops
from finops.allocation.what_if import what_if
from finops.errors import BadInput, SourceNotFound
from finops.report.charts import what_if as drawn
from finops.report.owners.what_if import sentences, team_sums
from tests.conftest import line, usd, write_bill

RULES = "rule_id,priority,service_code,team\nr1,1,AmazonEC2,a\nr2,1,AmazonS3,pool\n"
FILES = {
    "teams": "team,kind\na,team\nb,team\npool,shared\n",
    "rules": RULES,
    "shared_costs": "pool,method\npool,even\n",
}
LINES = [
    line(line_item_product_code="AmazonEC2", line_item_unblended_cost=10),
    line(line_item_product_code="AmazonS3", line_item_unblended_cost=4),
    line(line_item_product_code="AWSLambda", line_item_unblended_cost=7),
]
RATES = "billing_period,from_currency,to_currency,rate,source\n2026-10,USD,KRW,1400,bank\n"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    project = tmp_path_factory.mktemp("what_if")
    (project / "finops.toml").write_text('reporting_currency = "KRW"\n')
    for folder in ("mappings", "business"):
        (project / folder).mkdir()
    for name, text in FILES.items():
        (project / "mappings" / f"{name}.csv").write_text(text)
    (project / "business" / "exchange_rates.csv").write_text(RATES)
    warehouse = finops.connect(project)
    warehouse.load(write_bill(project / "bill.parquet", LINES))
    warehouse.build()
    return warehouse


@pytest.fixture
def changed(tmp_path):
    """Write a changed mapping file beside the project and return its path."""

    def write(text, name="rules.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def changes(outcome, column="x_effective_cost_change"):
    return {one["x_team"]: one[column] for one in team_sums(outcome).to_dict("records")}


def test_rule_that_names_another_team_moves_its_money(warehouse, changed):
    outcome = what_if(warehouse, [changed(RULES.replace("EC2,a", "EC2,b"))])
    assert changes(outcome) == {"b": usd(10), "a": usd(-10)}
    assert changes(outcome, "x_billed_cost_change") == {"b": usd(10), "a": usd(-10)}
    assert changes(outcome, "x_reporting_effective_cost_change")["b"] == usd(14_000)
    move = outcome.moves.to_dict("records")
    assert [(one["x_old_team"], one["x_new_team"], one["effective_cost"]) for one in move] == [
        ("a", "b", usd(10))
    ]
    assert any(
        "10.00 USD of own cost moves from a to b: now by rule r1, then by rule r1 (rules.csv line 2)"
        in one
        for one in sentences(outcome)
    )


def test_rule_for_what_nobody_owns_says_so(warehouse, changed):
    outcome = what_if(warehouse, [changed(RULES + "r3,1,AWSLambda,b\n")])
    assert changes(outcome) == {"b": usd(7), "unowned": usd(-7)}
    assert any(
        "now by nobody, then by rule r3 (rules.csv line 4)" in one for one in sentences(outcome)
    )


def test_pool_split_otherwise_moves_its_parts_and_no_own_cost(warehouse, changed):
    """Even is 2 and 2; by own cost a has all 4. The file is known by its columns."""
    outcome = what_if(
        warehouse, [changed("pool,method,charges\npool,proportional,\n", "pools new.csv")]
    )
    assert outcome.files == ["shared_costs.csv"]
    assert changes(outcome) == {"a": usd(2), "b": usd(-2)}
    assert outcome.parts["x_pool"].tolist() == ["pool", "pool"]
    assert outcome.moves.empty


def test_parts_of_a_team_add_up_to_its_change(warehouse, changed):
    pools = changed("pool,method,charges\npool,proportional,\n", "shared_costs.csv")
    outcome = what_if(warehouse, [changed(RULES.replace("EC2,a", "EC2,b")), pools])
    parts = outcome.parts.groupby("x_team")["x_effective_cost_change"].sum().to_dict()
    assert parts == changes(outcome) == {"b": usd(12), "a": usd(-12)}


def test_same_file_changes_nothing(warehouse, changed):
    outcome = what_if(warehouse, [changed(RULES)])
    assert changes(outcome) == {}
    assert "No team would pay more or less" in drawn(outcome).layout.annotations[0].text


def test_nothing_is_published(warehouse, changed):
    def state():
        found = sorted(one for one in warehouse.settings.project.rglob("*") if one.is_file())
        return {
            one: (one.stat().st_mtime_ns, hashlib.sha256(one.read_bytes()).digest())
            for one in found
        }

    before = state()
    what_if(warehouse, [changed(RULES.replace("EC2,a", "EC2,b"))])
    assert state() == before
    assert len(before) > 6


def test_what_is_built_from_the_file_is_what_was_foretold(warehouse, changed, tmp_path):
    """The build of a copy of the project with the file in its place has the same cost."""
    path = changed(RULES.replace("EC2,a", "EC2,b") + "r3,1,AWSLambda,a\n")
    foretold = what_if(warehouse, [path]).teams
    project = tmp_path / "copy"
    (project / "mappings").mkdir(parents=True)
    for name, text in {**FILES, "rules": path.read_text()}.items():
        (project / "mappings" / f"{name}.csv").write_text(text)
    (project / "finops.toml").write_text("")
    built = finops.connect(project)
    built.load(warehouse.settings.project / "bill.parquet")
    built.build()
    costs = built.sql(
        "select x_team, effective_cost from marts.team_month where effective_cost <> 0"
    )
    expected = dict(zip(costs["x_team"], costs["effective_cost"], strict=True))
    found = dict(zip(foretold["x_team"], foretold["x_new_effective_cost"], strict=True))
    assert {team: cost for team, cost in found.items() if cost} == expected


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("rules.csv", RULES + "r3,1,X,nobody\n", r"changed/rules\.csv line 4: unknown team 'nobody'"),
        ("teams.csv", "team,kind\na,team\npool,shared\nb,shared\nb,team\n", r"changed/teams\.csv line 5: 'b' is already"),
        ("new.csv", "pool,method\npool,driver\n", r"changed/new\.csv line 2: the method driver needs a driver"),
        ("teams.csv", "team,kind\nb,team\npool,shared\n", r"mappings/rules\.csv line 2: unknown team 'a'"),
        ("other.csv", "a,b\n1,2\n", r"other\.csv line 1: these columns are not of one mapping file"),
        ("other.csv", "team\na\n", r"other\.csv line 1: these columns are not of one mapping file"),
    ],
)  # fmt: skip
def test_bad_file_is_refused_with_its_own_name_and_line(warehouse, tmp_path, name, text, message):
    (tmp_path / "changed").mkdir()
    (tmp_path / "changed" / name).write_text(text)
    with pytest.raises(BadInput, match=message):
        what_if(warehouse, [tmp_path / "changed" / name])


def test_file_that_is_not_there_and_two_of_one_kind_are_refused(warehouse, changed, tmp_path):
    with pytest.raises(SourceNotFound, match=r"There is no file .*none\.csv"):
        what_if(warehouse, [tmp_path / "none.csv"])
    with pytest.raises(BadInput, match=r"are both rules\.csv"):
        what_if(warehouse, [changed(RULES), changed(RULES, "rules new.csv")])


def test_changes_that_are_not_built_are_refused(warehouse, changed):
    teams = warehouse.settings.project / "mappings" / "teams.csv"
    teams.write_text(FILES["teams"] + "c,team\n")
    try:
        with pytest.raises(BadInput, match=r"changes that are not built yet.* Run: finops build"):
            what_if(warehouse, [changed(RULES)])
    finally:
        teams.write_text(FILES["teams"])


def test_differences_of_the_sample_sum_to_zero_and_to_their_parts(sample_project, tmp_path):
    rules = (sample_project / "mappings" / "rules.csv").read_text(encoding="utf-8")
    assert "order-api" in rules
    (tmp_path / "rules.csv").write_text(rules.replace("order-api", "menu"), encoding="utf-8")
    outcome = what_if(finops.connect(sample_project), [tmp_path / "rules.csv"])
    assert outcome.periods == ["2026-08", "2026-09", "2026-10"]
    for measure in ("x_billed_cost_change", "x_effective_cost_change"):
        by_month = outcome.teams.groupby("billing_period")[measure].sum()
        assert by_month.tolist() == [0, 0, 0]
        parts = outcome.parts.groupby("x_team")[measure].sum()
        sums = outcome.teams.groupby("x_team")[measure].sum()
        assert {team: cost for team, cost in sums.items() if cost} == {
            team: cost for team, cost in parts.items() if cost
        }
    assert outcome.moves.iloc[0][["x_old_team", "x_new_team"]].tolist() == ["order", "restaurant"]
