"""KPIs of whole bills: a real one with its bases, and the same bill as CUR and as FOCUS export."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

import finops
from tests.conftest import line, write_bill

MONTHS = ("2018-10", "2018-11", "2018-12")
# Sums of the lines of AWS's demo bill by the query below, which knows nothing of ours.
REAL = {
    "commitment_waste": [
        ("48.9955607900", "281.2493567800"),
        ("43.2164383600", "274.6168783700"),
        ("52.8752429200", "283.7707743000"),
    ],
    # c4.large: every hour; t2.micro of Windows: 335.3 h and 671 h; t2.micro: 46 h; m5.large: 2 h.
    "reserved_hours_used": [
        ("8333.0005560000", "9458.3202780000"),
        ("8640.0000000000", "9360.0000000000"),
        ("8255.0000000000", "9672.0000000000"),
    ],
    "compute_covered": [
        ("338.0206064496", "851.5444553020"),
        ("336.2400000000", "837.4119749312"),
        ("336.2018000000", "496.6795623916"),
    ],
    "usage_covered": [
        ("338.0206064496", "1543.4644553020"),
        ("336.2400000000", "1370.5919749312"),
        ("336.2018000000", "496.6795623916"),
    ],
    "instance_hours_covered": [
        ("6177.5005560000", "16149.9805580000"),
        ("4275.0000000000", "15115.0538880000"),
        ("3744.5000000000", "6836.0863890000"),
    ],
    "effective_savings_rate": [
        ("56.7712496696", "1543.4644553020"),
        ("61.6231216300", "1370.5919749312"),
        ("52.4310257000", "496.6795623916"),
    ],
}
# Straight from the bill: instances of EC2 and RDS are all that it has of what commitments cover.
LINES = """
with lines as (
    select
        strftime(bill_billing_period_start_date, '%Y-%m') as month,
        line_item_line_item_type as kind,
        line_item_product_code = 'AmazonEC2' as is_ec2,
        line_item_line_item_type = 'DiscountedUsage'
        or line_item_line_item_type = 'Usage' and line_item_unblended_cost > 0 and (
            line_item_product_code = 'AmazonEC2' and line_item_usage_type like '%BoxUsage%'
            or line_item_product_code = 'AmazonRDS' and line_item_usage_type like '%:db.%'
        ) as is_base,
        cast(line_item_usage_amount as decimal(28, 10)) as hours,
        cast(pricing_public_on_demand_cost as decimal(28, 10)) as listed,
        cast(line_item_unblended_cost as decimal(28, 10)) as paid,
        cast(reservation_effective_cost as decimal(28, 10)) as used,
        cast(reservation_unused_recurring_fee as decimal(28, 10))
        + cast(reservation_unused_amortized_upfront_fee_for_billing_period as decimal(28, 10))
            as unused,
        cast(reservation_unused_quantity as decimal(28, 10)) as unused_hours,
        try_cast(reservation_total_reserved_units as decimal(28, 10)) as reserved_hours
    from read_parquet('{}/*.parquet')
),
sums as (
    select
        month,
        sum(listed) filter (kind = 'DiscountedUsage') as covered,
        sum(listed) filter (is_base and is_ec2) as compute,
        sum(listed) filter (is_base) as listed,
        sum(hours) filter (kind = 'DiscountedUsage') as covered_hours,
        sum(hours) filter (is_base) as hours,
        sum(paid) filter (is_base and kind = 'Usage') as paid,
        sum(used) filter (kind = 'DiscountedUsage') as used,
        sum(unused) filter (kind = 'RIFee') as unused,
        sum(unused_hours) filter (kind = 'RIFee') as unused_hours,
        sum(reserved_hours) filter (kind = 'RIFee') as reserved_hours
    from lines
    group by month
)
select
    month,
    unused, used + unused,
    reserved_hours - unused_hours, reserved_hours,
    covered, compute,
    covered, listed,
    covered_hours, hours,
    listed - paid - used - unused, listed
from sums
order by month
"""
# The columns that AWS's FOCUS 1.0 export has, from the lines of the CUR of the same bill.
FOCUS = """
copy (
    with lines as (
        select
            *,
            reservation_reservation_a_r_n <> '' as is_reserved,
            line_item_line_item_type as kind,
            cast(line_item_unblended_cost as decimal(18, 10)) as paid,
            cast(reservation_effective_cost as decimal(18, 10)) as used,
            cast(reservation_unused_recurring_fee as decimal(18, 10))
            + cast(reservation_unused_amortized_upfront_fee_for_billing_period as decimal(18, 10))
                as unused
        from read_parquet('{bill}/*.parquet')
    ),
    focus as (
        select
            'AWS' as ProviderName,
            bill_payer_account_id as BillingAccountId,
            line_item_usage_account_id as SubAccountId,
            'USD' as BillingCurrency,
            bill_billing_period_start_date as BillingPeriodStart,
            line_item_usage_start_date as ChargePeriodStart,
            line_item_usage_end_date as ChargePeriodEnd,
            case
                when kind in ('Usage', 'DiscountedUsage') then 'Usage'
                when kind = 'RIFee' or kind = 'Fee' then 'Purchase'
                when kind = 'Refund' then 'Adjustment'
                else kind
            end as ChargeCategory,
            case when kind = 'Refund' then 'Correction' end as ChargeClass,
            case
                when line_item_product_code = 'AmazonEC2' then 'Compute'
                else 'Other'
            end as ServiceCategory,
            line_item_product_code as ServiceName,
            line_item_product_code as x_ServiceCode,
            line_item_usage_type as x_UsageType,
            line_item_operation as x_Operation,
            nullif(line_item_resource_id, '') as ResourceId,
            case
                when kind = 'DiscountedUsage' then 'Committed'
                when kind = 'Usage' and line_item_usage_type like '%Spot%' then 'Dynamic'
                when kind = 'Usage' then 'Standard'
            end as PricingCategory,
            case when kind in ('Usage', 'DiscountedUsage') then line_item_usage_amount end
                as ConsumedQuantity,
            case when is_reserved then reservation_reservation_a_r_n end as CommitmentDiscountId,
            case when kind = 'DiscountedUsage' then 'Used' end as CommitmentDiscountStatus,
            paid as BilledCost,
            case
                when kind = 'DiscountedUsage' then used
                when kind = 'RIFee' or kind = 'Fee' and is_reserved then 0
                else paid
            end as EffectiveCost,
            case
                when kind = 'RIFee' then paid
                when pricing_public_on_demand_cost > 0 then pricing_public_on_demand_cost
                else paid
            end as ListCost,
            unused
        from lines
    )
    select * exclude (unused) from focus
    union all
    select
        * exclude (unused) replace (
            'Usage' as ChargeCategory, 'Committed' as PricingCategory, 'Unused' as
            CommitmentDiscountStatus, 0 as BilledCost, 0 as ListCost, unused as EffectiveCost
        )
    from focus
    where ChargeCategory = 'Purchase' and unused > 0
) to '{file}' (format parquet)
"""


def kpis(project):
    rows = finops.connect(project).sql("select * from marts.scorecard_month").to_dict("records")
    return {(one["billing_period"], one["x_kpi"]): one for one in rows}


def test_kpis_of_a_real_bill_divide_what_its_lines_sum_to(real_project, real_bill):
    found = kpis(real_project)
    sums = duckdb.sql(LINES.format(real_bill)).fetchall()
    for place, (kpi, bases) in enumerate(REAL.items()):
        for month, line_sums, base in zip(MONTHS, sums, bases, strict=True):
            row = found[month, kpi]
            ours = row["x_numerator"], row["x_denominator"]
            assert ours == tuple(map(Decimal, base)), (month, kpi)
            theirs = line_sums[1 + 2 * place : 3 + 2 * place]
            assert ours == pytest.approx(theirs, abs=Decimal("0.000001")), (month, kpi)
            assert row["x_value"] == pytest.approx(float(ours[0] / ours[1]), rel=1e-15)


def test_traffic_and_disks_of_a_real_bill_can_be_covered_by_nothing(real_project):
    query = (
        "select distinct regexp_replace(x_usage_type, '^([A-Z0-9]+-)?([^:]+).*', '\\2') as kind "
        "from facts.coverable_usage order by 1"
    )
    found = finops.connect(real_project).sql(query)["kind"].tolist()
    assert found == ["BoxUsage", "InstanceUsage", "Multi-AZUsage"]


def test_focus_export_of_a_real_bill_has_the_kpis_of_its_cur(real_project, real_bill, tmp_path):
    file = tmp_path / "focus.parquet"
    duckdb.sql(FOCUS.format(bill=real_bill, file=file))
    theirs, ours = kpis(_loaded(tmp_path / "focus", file)), kpis(real_project)
    assert theirs.keys() == ours.keys()
    for key in ours:
        # FOCUS 1.0 has no hours of reservations, and says so.
        if key[1] == "reserved_hours_used":
            assert theirs[key]["x_reason"] == (
                "no reservation whose hours the bill says; a FOCUS export says none"
            )
        else:
            assert _text(theirs[key]) == _text(ours[key]), key


PLAN = "arn:aws:savingsplans::1:savingsplan/p"
START = dt.datetime(2026, 10, 5)


def test_focus_export_and_cur_of_a_small_bill_have_the_same_kpis(tmp_path):
    cur = kpis(_loaded(tmp_path / "cur", write_bill(tmp_path / "bill" / "cur.parquet", _cur())))
    focus = write_bill(tmp_path / "other" / "focus.parquet", _focus())
    other = kpis(_loaded(tmp_path / "focus", focus))
    assert cur.keys() == other.keys()
    assert [key for key in cur if _text(cur[key]) != _text(other[key])] == []
    bases = {kpi: (row["x_numerator"], row["x_denominator"]) for (_, kpi), row in cur.items()}
    # 8 of 10 dollars of commitment cover what lists at 12; 5 more run on demand; Spot, traffic
    # and free hours are in no base.
    assert bases["commitment_used"] == (8, 10)
    assert bases["compute_covered"] == bases["usage_covered"] == (12, 17)
    assert bases["instance_hours_covered"] == (3, 4)
    assert bases["effective_savings_rate"] == (17 - 8 - 2 - 5, 17)


def test_enterprise_discount_as_lines_or_net_gives_the_same_rates(tmp_path):
    discounts = [
        _discount("APN2-BoxUsage:m5.large", -0.2),
        _discount("ComputeSP:1yrNoUpfront", -0.4, "ComputeSavingsPlans"),
    ]
    lines, net = [*_cur(), *discounts], [_net(one) for one in _cur()]
    found = [
        kpis(_loaded(tmp_path / name, write_bill(tmp_path / f"{name}.parquet", bill)))
        for name, bill in (("lines", lines), ("net", net))
    ]
    for kpi in ("commitment_waste", "compute_covered", "effective_savings_rate"):
        values = [one["2026-10", kpi]["x_value"] for one in found]
        assert values[0] == pytest.approx(values[1], rel=1e-12), kpi
    # 17 at list prices for 15 less 4 %.
    bases = [one["2026-10", "effective_savings_rate"] for one in found]
    assert [(one["x_numerator"], one["x_denominator"]) for one in bases] == [
        (Decimal("2.6"), 17),
        (Decimal("2.6"), 17),
    ]


def _discount(usage_type, cost, code="AmazonEC2"):
    return line(
        line_item_line_item_type="EdpDiscount",
        line_item_product_code=code,
        line_item_usage_type=usage_type,
        line_item_operation="",
        line_item_unblended_cost=cost,
    )


def _net(one):
    """Return a line of the bill as a payer has it whose 4 % are in the net columns."""
    plan = "savings_plan_savings_plan_effective_cost"
    net = {"line_item_net_unblended_cost": one["line_item_unblended_cost"] * 0.96}
    if plan in one:
        net["savings_plan_net_savings_plan_effective_cost"] = one[plan] * 0.96
    if one["line_item_line_item_type"] == "SavingsPlanRecurringFee":
        net["savings_plan_recurring_commitment_for_billing_period"] = 10.0
        net["savings_plan_net_recurring_commitment_for_billing_period"] = 9.6
    return one | net


def _cur():
    plan = {"savings_plan_savings_plan_a_r_n": PLAN}
    return [
        line(
            line_item_line_item_type="SavingsPlanRecurringFee",
            line_item_product_code="ComputeSavingsPlans",
            line_item_usage_type="ComputeSP:1yrNoUpfront",
            line_item_unblended_cost=10.0,
            savings_plan_total_commitment_to_date=10.0,
            savings_plan_used_commitment=8.0,
            **plan,
        ),
        line(
            line_item_line_item_type="SavingsPlanCoveredUsage",
            line_item_usage_amount=3.0,
            line_item_unblended_cost=12.0,
            pricing_public_on_demand_cost=12.0,
            savings_plan_savings_plan_effective_cost=8.0,
            **plan,
        ),
        line(
            line_item_line_item_type="SavingsPlanNegation", line_item_unblended_cost=-12.0, **plan
        ),
        _cur_usage("APN2-BoxUsage:m5.large", 5.0, 5.0),
        _cur_usage("APN2-BoxUsage:t3.micro", 0.0, 3.0),
        _cur_usage("APN2-SpotUsage:m5.large", 2.0, 0.0),
        _cur_usage("APN2-NatGateway-Bytes", 50.0, 50.0),
    ]


def _cur_usage(usage_type, paid, listed):
    return line(
        line_item_usage_type=usage_type,
        line_item_unblended_cost=paid,
        pricing_public_on_demand_cost=listed,
    )


def _focus():
    plan = {"CommitmentDiscountId": PLAN, "PricingCategory": "Committed"}
    fee = {"x_ServiceCode": "ComputeSavingsPlans", "x_UsageType": "ComputeSP:1yrNoUpfront"}
    unused = {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None}
    return [
        _focus_row(10.0, 0.0, 10.0, ChargeCategory="Purchase", **plan, **fee),
        _focus_row(0.0, 2.0, 0.0, **plan, **fee, **unused),
        _focus_row(0.0, 8.0, 12.0, **plan, CommitmentDiscountStatus="Used", ConsumedQuantity=3.0),
        _focus_row(5.0, 5.0, 5.0),
        _focus_row(0.0, 0.0, 3.0, x_UsageType="APN2-BoxUsage:t3.micro"),
        _focus_row(2.0, 2.0, 2.0, x_UsageType="APN2-SpotUsage:m5.large", PricingCategory="Dynamic"),
        _focus_row(50.0, 50.0, 50.0, x_UsageType="APN2-NatGateway-Bytes"),
    ]


def _focus_row(billed, effective, listed, **values):
    return {
        "ProviderName": "AWS",
        "BillingAccountId": "000000000001",
        "SubAccountId": "012345678901",
        "BillingCurrency": "USD",
        "BillingPeriodStart": START.replace(day=1),
        "ChargePeriodStart": START,
        "ChargePeriodEnd": START + dt.timedelta(hours=1),
        "ChargeCategory": "Usage",
        "ServiceCategory": "Compute",
        "ServiceName": "AmazonEC2",
        "x_ServiceCode": "AmazonEC2",
        "x_UsageType": "APN2-BoxUsage:m5.large",
        "PricingCategory": "Standard",
        "ConsumedQuantity": 1.0,
        "BilledCost": billed,
        "EffectiveCost": effective,
        "ListCost": listed,
    } | values


def _loaded(project, file):
    project.mkdir(exist_ok=True)
    (project / "finops.toml").write_text('company = "Test"\n')
    with finops.connect(project) as warehouse:
        warehouse.load(file)
        warehouse.build()
    return project


def _text(row):
    names = ("x_value", "x_numerator", "x_denominator", "x_unit", "x_reason")
    return [str(row[name]) for name in names]
