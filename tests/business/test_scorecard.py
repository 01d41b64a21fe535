"""KPIs of a month, their targets and their trend."""

import datetime as dt

import pandas as pd
import pytest

from finops.business.scorecard import KPIS, scorecard
from finops.errors import BadInput

MONTH = {"billing_period": "2026-10", "billing_currency": "USD"}
EC2 = {"x_service_code": "AmazonEC2", "service_category": "Compute"}


def kpis(run_model, rows):
    coverable = run_model("facts.coverable_usage", {"facts.daily_cost": rows})
    found = run_model(
        "marts.scorecard_month",
        {"facts.daily_cost": rows, "facts.coverable_usage": coverable},
    )
    return {row["x_kpi"]: row for row in found}


def base(kpi):
    return kpi["x_value"], kpi["x_numerator"], kpi["x_denominator"], kpi["x_unit"]


def usage(usage_type="APN2-BoxUsage:m5.large", list_cost=0, effective_cost=None, **values):
    defaults = {
        "charge_category": "Usage",
        "pricing_category": "Standard",
        "x_usage_type": usage_type,
        "list_cost": list_cost,
        "effective_cost": list_cost if effective_cost is None else effective_cost,
    }
    return MONTH | EC2 | defaults | values


def used(list_cost, effective_cost, **values):
    return usage(
        list_cost=list_cost, effective_cost=effective_cost, commitment_discount_status="Used"
    ) | {"pricing_category": "Committed", **values}


def test_commitments_are_judged_by_what_they_cost_and_cover(run_model):
    rows = [
        used(100, 70, consumed_quantity=10),
        usage("APN2-HeavyUsage:m5.large", 0, 10, commitment_discount_status="Unused"),
        usage(list_cost=300, consumed_quantity=30),
        MONTH | {"charge_category": "Tax", "list_cost": 40, "effective_cost": 40},
        MONTH | {"charge_category": "Credit", "list_cost": -9, "effective_cost": -9},
    ]
    found = kpis(run_model, rows)
    assert base(found["commitment_waste"]) == (10 / 80, 10, 80, "USD")
    assert base(found["commitment_used"]) == (70 / 80, 70, 80, "USD")
    assert base(found["compute_covered"]) == (100 / 400, 100, 400, "USD")
    assert base(found["usage_covered"]) == (100 / 400, 100, 400, "USD")
    assert base(found["instance_hours_covered"]) == (10 / 40, 10, 40, "hours")
    # 400 at list prices, 70 + 10 + 300 spent.
    assert base(found["effective_savings_rate"]) == (20 / 400, 20, 400, "USD")


@pytest.mark.parametrize(
    ("code", "usage_type"),
    [
        ("AmazonEC2", "APN2-NatGateway-Bytes"),
        ("AmazonEC2", "APN2-NatGateway-Hours"),
        ("AmazonEC2", "APN2-DataTransfer-Regional-Bytes"),
        ("AmazonEC2", "APN2-DataTransfer-Out-Bytes"),
        ("AmazonEC2", "APN2-EBS:VolumeUsage.gp3"),
        ("AmazonEC2", "APN2-EBS:SnapshotUsage"),
        ("AmazonEC2", "APN2-SpotUsage:m5.large"),
        ("AmazonEC2", "APN2-CPUCredits:t3"),
        ("AmazonEC2", "APN2-ElasticIP:IdleAddress"),
        ("AWSLambda", "APN2-Request"),
        ("AmazonECS", "APN2-SpotUsage-Fargate-vCPU-Hours:perCPU"),
        ("AmazonECS", "APN2-Fargate-EphemeralStorage-GB-Hours"),
        ("AmazonEKS", "APN2-AmazonEKS-Hours:perCluster"),
        ("AmazonRDS", "APN2-Aurora:StorageIOUsage"),
        ("AmazonRDS", "APN2-RDS:GP3-Storage"),
        ("AmazonES", "APN2-ES:GP3-Storage"),
        ("AmazonSageMaker", "APN2-Host:VolumeUsage.gp3"),
        ("AmazonS3", "APN2-Requests-Tier1"),
        ("AmazonCloudWatch", "APN2-CW:MetricMonitorUsage"),
        ("AWSELB", "APN2-LoadBalancerUsage"),
        ("AmazonMSK", "APN2-Kafka.m5.12xlarge"),
    ],
)
def test_what_no_commitment_covers_is_in_no_base(run_model, code, usage_type):
    rows = [used(100, 70), usage(usage_type, 900, x_service_code=code)]
    found = kpis(run_model, rows)
    for kpi in ("compute_covered", "usage_covered"):
        assert base(found[kpi]) == (1, 100, 100, "USD")
    assert base(found["effective_savings_rate"]) == (0.3, 30, 100, "USD")


@pytest.mark.parametrize(
    ("code", "usage_type", "use"),
    [
        ("AmazonEC2", "BoxUsage", "compute"),
        ("AmazonEC2", "EU-DedicatedUsage:m5.large", "compute"),
        ("AmazonEC2", "USE1-HostUsage:m5", "compute"),
        ("AmazonEC2", "APN2-UnusedBox:m5.large", "compute"),
        ("AmazonECS", "APN2-Fargate-vCPU-Hours:perCPU", "compute"),
        ("AmazonEKS", "APN2-Fargate-ARM-GB-Hours", "compute"),
        ("AWSLambda", "APN2-Lambda-GB-Second-ARM", "compute"),
        ("AWSLambda", "Lambda-Provisioned-Concurrency", "compute"),
        ("AmazonSageMaker", "APN2-Train:ml.p3.2xlarge", "machine learning"),
        ("AmazonRDS", "APN2-Multi-AZUsage:db.r6g.large", "databases"),
        ("AmazonRDS", "APN2-InstanceUsageIOOptimized:db.r6g.large", "databases"),
        ("AmazonRDS", "APN2-Aurora:ServerlessV2Usage", "databases"),
        ("AmazonDynamoDB", "APN2-WriteCapacityUnit-Hrs", "databases"),
        ("AmazonDynamoDB", "APN2-ReplWriteRequestUnits", "databases"),
        ("AmazonElastiCache", "APN2-NodeUsage:cache.r6g.large", "databases"),
        ("AmazonRedshift", "APN2-Node:ra3.4xlarge", "analytics"),
        ("AmazonES", "APN2-ESInstance:r6g.large", "analytics"),
    ],
)
def test_what_a_commitment_covers_is_told_by_its_usage_type(run_model, code, usage_type, use):
    rows = [usage(usage_type, 5, x_service_code=code)]
    (found,) = run_model("facts.coverable_usage", {"facts.daily_cost": rows})
    assert found["x_use"] == use
    # Only compute is in the published base of compute.
    value = kpis(run_model, rows)["compute_covered"]["x_value"]
    assert value == (0 if use == "compute" else None)


def test_fee_of_a_reservation_is_no_usage_that_one_covers(run_model):
    fee = usage("APN2-HeavyUsage:db.r6g.large", 5, x_service_code="AmazonRDS")
    assert run_model("facts.coverable_usage", {"facts.daily_cost": [fee]}) == []


def test_usage_can_be_covered_from_the_month_that_commitments_cover_it(run_model):
    rows = [
        usage("APN2-ReadRequestUnits", 5, x_service_code="AmazonDynamoDB") | {"billing_period": one}
        for one in ("2025-11", "2025-12")
    ]
    found = run_model("facts.coverable_usage", {"facts.daily_cost": rows})
    assert [row["billing_period"] for row in found] == ["2025-12"]


def test_free_tier_has_nothing_to_cover(run_model):
    charge = usage(consumed_quantity=1, x_is_usage=True) | {
        "charge_date": dt.date(2026, 10, 5),
        "x_covered_from": dt.date(2026, 10, 5),
        "x_covered_until": dt.date(2026, 10, 5),
    }
    charges = [charge | {"list_cost": 50}] * 3 + [charge | {"list_cost": 50, "effective_cost": 50}]
    (row,) = run_model("facts.daily_cost", {"staging.charges": charges})
    assert (row["list_cost"], row["x_free_list_cost"], row["x_free_quantity"]) == (200, 150, 3)
    rows = [used(100, 70, consumed_quantity=2)]
    rows.append(
        usage(list_cost=200, effective_cost=50, consumed_quantity=4)
        | {"x_free_list_cost": 150, "x_free_quantity": 3}
    )
    found = kpis(run_model, rows)
    assert base(found["compute_covered"]) == (100 / 150, 100, 150, "USD")
    assert base(found["instance_hours_covered"]) == (2 / 3, 2, 3, "hours")
    assert base(found["effective_savings_rate"]) == (0.2, 30, 150, "USD")


def test_enterprise_discount_counts_on_usage_and_on_fees_that_are_in_the_base(run_model):
    discounts = [
        usage("APN2-BoxUsage:m5.large", 0, -12),
        usage("APN2-HeavyUsage:m5.large", 0, -2),
        usage("ComputeSP:1yrNoUpfront", 0, -1, x_service_code="ComputeSavingsPlans"),
        usage("APN2-NatGateway-Bytes", 0, -99),
    ]
    found = kpis(run_model, [used(100, 70), usage(list_cost=300), *discounts])
    assert base(found["effective_savings_rate"]) == (45 / 400, 45, 400, "USD")
    assert base(found["commitment_waste"]) == (0, 0, 70, "USD")


def test_hours_of_reservations_are_those_that_were_bought(run_model):
    fee = MONTH | {
        "x_line_item_type": "RIFee",
        "charge_category": "Purchase",
        "x_reservation_total_units": 744,
        "x_reservation_unused_quantity": 44,
    }
    charges = [fee, fee | {"charge_category": "Usage", "commitment_discount_status": "Unused"}]
    found = run_model(
        "marts.scorecard_month",
        {"facts.daily_cost": [used(1, 1)], "staging.charges": charges},
    )
    (row,) = [one for one in found if one["x_kpi"] == "reserved_hours_used"]
    assert base(row) == (700 / 744, 700, 744, "hours")


def test_bill_without_commitments_says_so(run_model):
    found = kpis(run_model, [usage(list_cost=5)])
    assert base(found["commitment_waste"]) == (None, None, None, None)
    assert found["commitment_waste"]["x_reason"] == "no commitments"
    assert base(found["compute_covered"]) == (0, 0, 5, "USD")
    assert found["reserved_hours_used"]["x_reason"].startswith("no reservation whose hours")


def test_bill_without_usage_types_of_aws_cannot_tell_what_could_be_covered(run_model):
    found = kpis(run_model, [used(100, 70, x_usage_type=None, x_service_code=None)])
    for kpi in ("compute_covered", "usage_covered", "effective_savings_rate"):
        assert found[kpi]["x_value"] is None
        assert found[kpi]["x_reason"].startswith("no usage types of AWS")
    assert base(found["commitment_used"]) == (1, 70, 70, "USD")


def month(period, **values):
    return [
        {"billing_period": period, "billing_currency": "USD", "x_kpi": kpi}
        | {"x_value": values.get(kpi), "x_numerator": values.get(kpi), "x_denominator": 1}
        | {"x_unit": "USD", "x_reason": None if kpi in values else "none"}
        for kpi in KPIS
    ]


def test_trend_knows_which_way_is_better():
    frame = pd.DataFrame(
        month("2026-09", allocated=0.85, commitment_waste=0.01)
        + month("2026-10", allocated=0.95, commitment_waste=0.03)
    )
    rows = scorecard(frame, "2026-10").set_index("x_kpi")
    assert (rows.loc["allocated", "x_met"], rows.loc["allocated", "x_trend"]) == (True, "better")
    assert rows.loc["commitment_waste", "x_trend"] == "worse"
    assert rows.loc["untagged", "x_reason"] == "none"


def test_own_targets_replace_the_published_ones():
    frame = pd.DataFrame(month("2026-10", allocated=0.95, commitment_waste=0.03))
    rows = scorecard(frame, "2026-10", targets={"allocated": 0.99, "commitment_waste": 0.05})
    met = rows.set_index("x_kpi")["x_met"]
    assert (met["allocated"], met["commitment_waste"]) == (False, True)
    with pytest.raises(BadInput, match="No KPI speed"):
        scorecard(frame, "2026-10", targets={"speed": 1})


def test_each_kpi_has_its_base_its_page_and_where_it_differs():
    rows = scorecard(pd.DataFrame(month("2026-10", allocated=0.95)), "2026-10").set_index("x_kpi")
    assert rows.loc["allocated", ["x_numerator", "x_denominator", "x_unit"]].tolist() == [
        0.95,
        1,
        "USD",
    ]
    assert rows["x_definition"].str.match("https://(www[.])?(finops[.]org|docs[.]aws)").all()
    assert rows["x_difference"].str.endswith(".").all()
