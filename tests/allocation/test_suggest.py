"""What nobody owns is ranked, and rules are proposed that known money agrees with."""

import datetime as dt
from decimal import Decimal

import pytest

import finops
from benchmarks.suggestions import suggestions
from finops.allocation import PRECISION
from finops.allocation.accept import accept
from finops.allocation.doubts import doubtful_rules
from finops.allocation.suggest import suggest
from finops.allocation.worklist import advise, worklist
from finops.errors import BadInput
from tests.conftest import SAMPLE, line, usd, write_bill

HEADER = "rule_id,priority,service_code,resource_id,service,team,author,note"
TEAMS = (
    "team,name,name_ko,kind,cost_centre,aliases\nsearch,,,team,,\norder,,,team,,\nlogs,,,team,,\n"
)
SERVICES = "service,name,name_ko,team,aliases\norder-api,,,order,\ntelemetry,,,logs,\n"
SERVICES += "a,,,search,\nb,,,search,\nc,,,search,\n"
TAG_KEYS = "tag_key,dimension,priority\nteam,team,1\nservice,service,1\n"
DB = "arn:aws:rds:us-east-1:012345678901:db:{}"


def used(resource, cost, team=None, **values):
    tags = {"user_team": team} if team else {}
    return line(
        line_item_resource_id=resource,
        line_item_unblended_cost=float(cost),
        line_item_product_code=values.pop("code", "AmazonRDS"),
        line_item_usage_type=values.pop("usage", f"Use:{resource}"),
        resource_tags=tags | values.pop("tags", {}),
        **values,
    )


LINES = [
    used(DB.format("order-api-1"), 50, "order"),
    used(DB.format("order-api-2"), 50, "order"),
    used(DB.format("order-api-3"), 30),
    used(DB.format("prod-order-api"), 10),
    # No word of its name is a team, but all that say zeus are of one.
    *(used(DB.format(f"zeus-{number}"), 10, "search") for number in range(20)),
    used(DB.format("zeus-cache"), 20),
    # `search` is no word of it, though the letters are there.
    used(DB.format("opensearch-1"), 40),
    used("i-0aaaaaaaaaaaaaaaa", 5),
]


def make_project(folder, *, lines=LINES, rules=None, teams=TEAMS):
    mappings = folder / "mappings"
    mappings.mkdir(parents=True)
    (folder / "finops.toml").write_text("")
    files = {"teams": teams, "services": SERVICES, "tag_keys": TAG_KEYS, "rules": rules}
    for name, text in files.items():
        if text is not None:
            (mappings / f"{name}.csv").write_bytes(text.encode())
    warehouse = finops.connect(folder)
    for month in {one["bill_billing_period_start_date"] for one in lines}:
        of_month = [one for one in lines if one["bill_billing_period_start_date"] == month]
        write_bill(folder / "bill" / f"{month:%Y-%m}.parquet", of_month)
    warehouse.load(folder / "bill")
    warehouse.build()
    return warehouse


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("suggest"))


def shown(rows, *columns):
    return [tuple(row) for row in rows[list(columns)].itertuples(index=False)]


def test_the_work_list_has_the_costliest_first_and_says_who_probably_owns_it(built):
    rows = worklist(built)
    found = shown(rows, "resource_id", "x_unowned_cost", "x_cumulative_share", "x_probable_team")
    assert [(*one[:2], round(one[2], 3), one[3]) for one in found][:4] == [
        (DB.format("opensearch-1"), usd(40), 0.381, pytest.approx(float("nan"), nan_ok=True)),
        (DB.format("order-api-3"), usd(30), 0.667, "order"),
        (DB.format("zeus-cache"), usd(20), 0.857, "search"),
        (DB.format("prod-order-api"), usd(10), 0.952, "order"),
    ]
    assert rows["x_probable_reason"][1] == (
        "its resource name names order-api; 2 of 2 known resources agree"
    )


def test_suggestions_are_rules_with_what_speaks_for_them(built):
    rows = suggest(built)
    columns = ("rule_id", "priority", "resource_id", "service", "team", "x_gained_cost")
    assert shown(rows, *columns) == [
        ("S01", 10, "*-order-api|*:order-api-*", "order-api", "", usd(40)),
        ("S02", 10, "*:zeus-*", "", "search", usd(20)),
    ]
    assert shown(rows, "x_support_cost", "x_support_resources", "x_judged_resources") == [
        (100.0, 2, 2),
        (200.0, 20, 20),
    ]
    assert all(rows["x_precision"] >= 0.9)


def test_a_name_inside_another_word_is_never_suggested(built):
    assert "opensearch" not in "".join(suggest(built, precision=0.5)["resource_id"])


def test_money_that_two_suggestions_match_counts_once(built):
    rows = suggest(built, precision=0.5)
    unowned = built.sql("select sum(x_unowned_cost) as x from marts.untagged")["x"][0]
    assert rows["x_gained_cost"].sum() <= unowned
    assert rows["x_gained_share"].sum() == pytest.approx(
        float(rows["x_gained_cost"].sum() / unowned)
    )


def test_higher_precision_leaves_out_what_is_less_certain(built):
    assert suggest(built, precision=1.0)["x_gained_cost"].sum() <= usd(60)
    assert set(suggest(built, precision=0.97)["rule_id"]) <= set(suggest(built)["rule_id"])


def test_without_known_money_nothing_is_suggested(tmp_path):
    lines = [used(DB.format("order-api-3"), 30)]
    found = advise(make_project(tmp_path / "p", lines=lines))
    assert found.suggestions.empty
    assert (found.has_evidence, found.is_all_owned) == (False, False)


def test_a_name_in_a_tag_is_a_rule_on_that_tag(tmp_path):
    lines = [
        *(used(f"i-{n}", 10, "order", tags={"user_name": f"order-api-{n}"}) for n in range(9)),
        used("i-9", 30, tags={"user_name": "order-api-9"}),
        # A rule names a key by its letters and digits, so one with an equals sign too.
        used("i-10", 20, tags={"user_a=b": "order-api-9"}),
    ]
    warehouse = make_project(tmp_path / "p", lines=lines)
    rows = suggest(warehouse)
    assert shown(rows, "tag", "service", "x_gained_cost") == [
        ("ab=order-api-*|name=order-api-*", "order-api", usd(50))
    ]
    accept(warehouse, ["all"])
    warehouse.build()
    left = warehouse.sql("select resource_id from marts.untagged where x_unowned_cost <> 0")
    assert left.empty


def test_a_resource_keeps_the_owner_of_its_other_months(tmp_path):
    lines = [
        used("i-0bbbbbbbbbbbbbbbb", 10, team, day=dt.datetime(2026, month, 5))
        for month, team in ((7, "search"), (8, "search"), (9, "search"), (10, None))
    ]
    rows = suggest(make_project(tmp_path / "p", lines=lines))
    assert shown(rows, "resource_id", "team", "x_kind", "x_gained_cost", "x_support_resources") == [
        ("i-0bbbbbbbbbbbbbbbb", "search", "past owner", usd(10), 3)
    ]


def test_an_account_is_suggested_only_where_several_services_of_one_team_live(tmp_path):
    def machines(account, *services):
        for number, service in enumerate((*services, None)):
            tags = {"user_service": service} if service else {}
            resource = f"i-{account}{number:05}"
            yield used(resource, 10, tags=tags, line_item_usage_account_id=account)

    lines = [
        *machines("000000000001", "a", "b", "c"),
        *machines("000000000002", *["order-api"] * 9),
    ]
    rows = suggest(make_project(tmp_path / "p", lines=lines))
    usage = "Usage|DiscountedUsage|SavingsPlanCoveredUsage"
    assert shown(rows, "x_kind", "sub_account_id", "line_item_type", "team", "x_gained_cost") == [
        ("account", "000000000001", usage, "search", usd(10))
    ]


@pytest.fixture
def rules_file(tmp_path):
    """A project whose rules.csv Excel has saved: byte order mark, CRLF, no last line end."""
    text = f"\ufeff{HEADER}\r\nS01,10,,*none*,,search,finops,first\r\nR2,20,,*nil*,,search,,x"
    warehouse = make_project(tmp_path / "p", rules=text)
    return warehouse, warehouse.settings.project / "mappings" / "rules.csv"


def test_accepted_suggestions_are_appended_and_every_other_byte_stays(rules_file):
    warehouse, path = rules_file
    before = path.read_bytes()
    assert accept(warehouse, ["S03"])["rule_id"].tolist() == ["S03"]
    added = path.read_bytes().removeprefix(before)
    assert added == (
        b"\r\nS03,30,,*:zeus-*,,search,suggested,"
        b'"its resource name says zeus, as those of search do; 20 of 20 known resources agree"\r\n'
    )
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []


def test_accepted_rules_place_after_the_next_build_what_was_promised(rules_file):
    warehouse, _ = rules_file
    query = "select sum(x_unowned_cost) as x from marts.untagged"
    before = warehouse.sql(query)["x"][0]
    gained = accept(warehouse, ["all"])["x_gained_cost"].sum()
    assert warehouse.sql(query)["x"][0] == before
    warehouse.build()
    assert gained == usd(60)
    assert warehouse.sql(query)["x"][0] == before - gained


def test_what_is_in_the_file_is_not_appended_again(rules_file):
    warehouse, path = rules_file
    accept(warehouse, ["all"])
    once = path.read_bytes()
    assert suggest(warehouse)["x_is_accepted"].all()
    assert accept(warehouse, ["all"]).empty
    with pytest.raises(BadInput, match="'S02' is in mappings"):
        accept(warehouse, ["S02"])
    assert path.read_bytes() == once


def test_an_unknown_id_changes_nothing(rules_file):
    warehouse, path = rules_file
    before = path.read_bytes()
    with pytest.raises(BadInput, match=r"'S99' is no suggestion\. There are: S02, S03"):
        accept(warehouse, ["S02", "S99"])
    assert path.read_bytes() == before


def test_a_file_without_the_column_of_a_suggestion_says_which(tmp_path):
    rules = "rule_id,priority,team,service_code\nR1,10,search,nil\n"
    warehouse = make_project(tmp_path / "p", rules=rules)
    with pytest.raises(BadInput, match=r"rules\.csv line 1: no column .*resource_id"):
        accept(warehouse, ["S01"])


def test_accepting_into_no_file_makes_one_that_a_build_reads(tmp_path):
    warehouse = make_project(tmp_path / "p")
    accept(warehouse, ["S02"])
    warehouse.build()
    assert warehouse.table("mappings.rules")["rule_id"].tolist() == ["S02"]


def test_no_name_of_a_bill_becomes_a_formula(tmp_path):
    lines = [
        *(used(f"=order-api-{number}", 10, "order") for number in range(3)),
        used("=order-api|9", 30),
    ]
    warehouse = make_project(tmp_path / "p", lines=lines)
    accept(warehouse, ["all"])
    text = (warehouse.settings.project / "mappings" / "rules.csv").read_text()
    assert ",*=order-api?*," in text or ",?order-api?*," in text
    assert not any(cell.startswith(tuple("=+-@")) for cell in text.replace("\n", ",").split(","))


def test_a_rule_that_names_and_tags_speak_against_is_listed(tmp_path):
    rules = f"{HEADER}\nR20,10,,*search*,,search,,too wide\n"
    lines = [
        used(DB.format("telemetry-opensearch"), 70),
        used(DB.format("search-db"), 30),
        used(DB.format("search-orders"), 20, "order"),
        used(DB.format("search-own"), 10, "search"),
    ]
    found = doubtful_rules(make_project(tmp_path / "p", lines=lines, rules=rules))
    columns = ("x_rule_id", "x_team", "x_evidence", "x_known_team", "effective_cost", "x_example")
    assert shown(found, *columns) == [
        ("R20", "search", "name", "logs", usd(70), DB.format("telemetry-opensearch")),
        ("R20", "search", "tag", "order", usd(20), DB.format("search-orders")),
    ]


def test_suggestions_on_the_sample_place_what_they_promise_with_the_right_teams(
    sample_project, tmp_path
):
    figures = suggestions(sample_project, SAMPLE / "truth" / "owners.csv", tmp_path)
    assert figures["suggestions"] >= 5
    assert figures["placed_cost"] == figures["promised_cost"] > 500_000
    assert figures["precision"] >= PRECISION
    assert figures["wrong_share_after"] < figures["wrong_share_before"] + 0.001
    assert figures["unowned_share_after"] < 0.6 * figures["unowned_share_before"]


def test_every_dollar_owned_leaves_nothing_to_do(tmp_path):
    warehouse = make_project(tmp_path / "p", lines=[used(DB.format("a"), 5, "order")])
    assert worklist(warehouse).empty
    assert advise(warehouse).is_all_owned
    assert Decimal(warehouse.sql("select sum(effective_cost) as x from facts.owned_cost")["x"][0])
