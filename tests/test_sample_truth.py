"""What the sample company hides nowhere: planted in its truth, and found again through finops."""

import json
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

import finops
from finops.business.bridge import bridge
from finops.close.month import prepare
from tests.conftest import SAMPLE

# What an hour of an instance, a task or a function costs, of all that it ran.
COMPUTE = """
(x_service_code = 'AmazonEC2' and regexp_matches(x_usage_type, '(BoxUsage|SpotUsage):'))
or (x_service_code = 'AmazonRDS' and regexp_matches(x_usage_type, '(InstanceUsage|Multi-AZUsage):'))
or x_usage_type like '%Fargate%' or x_usage_type like '%Lambda-GB-Second'
"""
NODES = "x_instance_type is not null or x_usage_type like '%Fargate%'"


def truth(name):
    return pd.read_csv(SAMPLE / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def planted(kind):
    rows = truth("changes").query("kind == @kind").to_dict("records")
    return [pytest.param(row, id=row["key"]) for row in rows]


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with finops.connect(sample_project) as opened:
        yield opened


@pytest.fixture(scope="module")
def charges(sample_project, warehouse):
    """What each charge of the current deliveries says, as Parquet keeps it."""
    con = duckdb.connect()
    current = warehouse.sql(
        "select billing_period, delivery_id from ledger.deliveries where status = 'current'"
    )
    folders = [
        f"{sample_project}/warehouse/charges/billing_period={month}/delivery={delivery}/*.parquet"
        for month, delivery in current.itertuples(index=False)
    ]
    con.execute(f"create view charges as from read_parquet({folders}, union_by_name = true)")
    return con


def shares(warehouse, kind):
    """Return what a kind of usage costs before tax, and what all does, by month."""
    return (
        warehouse.sql(
            "select billing_period, sum(effective_cost) as cost, sum(effective_cost) filter "
            f"(where consumed_quantity > 0 and ({kind})) as x_kind_cost from facts.daily_cost "
            "where charge_category <> 'Tax' group by billing_period"
        )
        .set_index("billing_period")
        .astype(float)
    )


def test_instances_are_35_to_50_percent_of_each_month(warehouse):
    months = shares(warehouse, COMPUTE)
    assert len(months) == 13
    assert (months["x_kind_cost"] / months["cost"]).between(0.35, 0.5).all()


def test_with_nodes_of_all_services_they_are_no_more_than_half_of_the_bill(warehouse):
    whole = shares(warehouse, NODES).sum()
    assert 0.35 < whole["x_kind_cost"] / whole["cost"] < 0.5


def test_each_month_has_more_than_forty_services_of_aws(warehouse):
    services = warehouse.sql(
        "select billing_period, count(distinct x_service_code) as services from facts.daily_cost "
        "where billed_cost > 0 and charge_category = 'Usage' and x_service_code like '%A_%' "
        "group by billing_period"
    )
    assert services["services"].min() >= 40


@pytest.mark.parametrize("change", planted("price_tier"))
def test_a_volume_that_passes_a_tier_is_no_price_that_aws_changed(warehouse, change):
    period = change["date"][:7]
    base = str(pd.Period(period, freq="M") - 1)
    used = warehouse.sql(
        "select service_name, sum(consumed_quantity) filter (where billing_period = $base) as q0, "
        "sum(consumed_quantity) filter (where billing_period = $period) as q1, "
        "sum(list_cost) filter (where billing_period = $base) / q0 as p0 from facts.daily_cost "
        "where x_usage_type = $key and x_service_code in ('AmazonCloudFront', 'AmazonS3', "
        "'AmazonEC2') and billing_period in ($base, $period) and consumed_quantity > 0 "
        "group by service_name",
        base=base,
        period=period,
        key=change["key"],
    ).iloc[0]
    frame = bridge(warehouse, base=base, period=period).query(
        "service_name == @used['service_name']"
    )
    effects = frame.groupby("x_effect")["x_change"].sum().astype(float)
    # A lower mean price for the usage of both months, halved.
    usage = (float(used["q0"]) + float(used["q1"])) / 2
    expected = float(change["size"]) * float(used["p0"]) * usage
    assert effects["price_tier"] == pytest.approx(expected, rel=0.01)
    assert effects.get("list_price", 0) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("row", truth("commitments").query("kind == 'modified'").to_dict("records"))
def test_what_is_left_of_a_modified_reservation_goes_on_in_those_it_became(warehouse, row):
    month = prepare(warehouse, row["date"][:7], draft=True)
    moved = month.prepaid.set_index("commitment_discount_id")["x_moved"]
    left = int(Decimal(row["usd"]) * 100)
    assert moved[row["arn"]] == pytest.approx(-left, abs=2)
    assert sum(moved[one] for one in row["into"].split("|")) == -moved[row["arn"]]
    agreed = month.amortised.set_index("commitment_discount_id")
    assert agreed.loc[[row["arn"], *row["into"].split("|")], "x_agrees"].all()


@pytest.mark.parametrize("row", truth("commitments").query("kind == 'returned'").to_dict("records"))
def test_a_returned_reservation_leaves_nothing_prepaid_and_costs_nothing(warehouse, row):
    month = prepare(warehouse, row["date"][:7], draft=True)
    fee = month.prepaid.set_index("commitment_discount_id").loc[row["arn"]]
    assert fee["x_bought"] == fee["x_refunded"] == int(Decimal(row["usd"]) * 100)
    assert fee["x_amortised"] == fee["x_close"] == 0
    cost = warehouse.sql(
        "select sum(billed_cost) as billed, sum(effective_cost) as effective "
        "from facts.daily_cost where commitment_discount_id = $arn",
        arn=row["arn"],
    ).iloc[0]
    assert (cost["billed"], cost["effective"]) == (0, 0)


def test_unused_hours_of_reservations_are_those_that_were_planted(warehouse):
    found = warehouse.sql(
        "select commitment_discount_id as arn, billing_period || '-01' as date, "
        "sum(x_reservation_unused_quantity) as hours from staging.charges "
        "where commitment_discount_status = 'Unused' and x_reservation_unused_quantity > 0 "
        "group by all order by date"
    )
    told = truth("commitments").query("kind == 'unused'")
    assert found[["arn", "date"]].to_numpy().tolist() == told[["arn", "date"]].to_numpy().tolist()
    assert found["hours"].tolist() == told["hours"].astype(float).tolist()


def test_a_service_that_moves_leaves_the_months_before_where_they_were(warehouse):
    owners = warehouse.sql(
        "select distinct billing_period, x_team from facts.owned_cost where x_service = 'review' "
        "and charge_category = 'Usage' order by billing_period"
    )
    move = truth("changes").query("kind == 'team_move' and key == 'review'")["date"].item()
    before = owners["billing_period"] < move[:7]
    assert len(owners) == 13
    assert set(owners["x_team"][before]) == {"restaurant"}
    assert set(owners["x_team"][~before]) == {"member"}


def test_the_bridge_calls_the_move_a_change_of_owner(warehouse):
    sums = {
        team: bridge(warehouse, base="2026-04", period="2026-05", team=team)
        .query("x_effect == 'owner_changes' and x_service == 'review'")["x_change"]
        .sum()
        for team in ("restaurant", "member")
    }
    april = warehouse.sql(
        "select sum(effective_cost) as cost from facts.owned_cost where x_service = 'review' "
        "and billing_period = '2026-04' and resource_id is not null"
    )["cost"].item()
    assert sums == {"restaurant": -april, "member": april}


def test_support_is_support_under_its_old_name_too(warehouse):
    rows = warehouse.sql(
        "select x_service_code, min(billing_period) as a, max(billing_period) as b, count(*) as n "
        "from staging.charges where x_is_support and charge_category <> 'Tax' group by all order by a"
    )
    assert rows.to_numpy().tolist() == [
        ["OCBPremiumSupport", "2025-10", "2025-12", 3],
        ["AWSSupportEnterprise", "2026-01", "2026-10", 10],
    ]
    entries = warehouse.sql(
        "select distinct x_entry from staging.charges "
        "where x_is_support and charge_category <> 'Tax'"
    )
    assert entries["x_entry"].tolist() == ["support_expense"]


def test_tokens_of_models_are_told_by_model_kind_and_principal(charges):
    found = charges.sql(
        "select billing_period, sub_account_id, x_model_id, x_feature, x_iam_principal, "
        "sum(pricing_quantity), sum(list_cost) from charges where x_model_id is not null "
        "group by all order by all"
    ).fetchall()
    told = truth("bedrock").to_numpy().tolist()
    assert [row[:5] for row in found] == [tuple(row[:5]) for row in sorted(told)]
    for row, planted_row in zip(found, sorted(told), strict=True):
        assert float(row[5]) == pytest.approx(float(planted_row[5]))
        assert float(row[6]) == pytest.approx(float(planted_row[6]), abs=1e-5)


def test_reviews_are_counted_on_korean_days_and_the_bills_days_at_both_ends_lack_hours(warehouse):
    gaps = warehouse.sql(
        "select date, x_gap from business.series_gaps where x_key = 'review' order by date"
    )
    assert [str(day)[:10] for day in gaps["date"]] == ["2026-06-30", "2026-09-30"]
    local = warehouse.sql(
        "select min(date) as first, max(date) as last, count(*) as days, count(orders) as whole "
        "from business.local_orders where service = 'review'"
    ).iloc[0]
    assert (str(local["first"])[:10], str(local["last"])[:10]) == ("2026-07-01", "2026-09-30")
    assert local["days"] == local["whole"] == 92


def test_lines_of_invoices_are_whole_cents_and_a_row_holds_what_that_leaves():
    for path in sorted((SAMPLE / "invoices").glob("*.csv")):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        cents = rows["TotalCost"].map(Decimal)
        assert all(one == round(one, 2) for one in cents)
        heads = json.loads(path.with_suffix(".json").read_text())["InvoiceSummaries"]
        for head in heads:
            of = rows["InvoiceID"] == head["InvoiceId"]
            payer = cents[of & rows["RecordType"].isin(["PayerLineItem", "Rounding"])]
            assert sum(payer) == Decimal(head["BaseCurrencyAmount"]["TotalAmount"])
