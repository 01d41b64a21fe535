"""What an incident comes from, in literal bills: cells, exact effects and the sentence."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import finops
from finops.incidents.cause import Cause, _effects, causes_of, resources_of
from finops.incidents.course import course_of
from finops.incidents.facts import facts_of
from finops.incidents.origin import Asked, origins_of
from finops.incidents.sentences import sentence

PLAN = "arn:aws:savingsplans::000000000001:savingsplan/0a1b2c3d-1111-2222-3333-444455556666"
FIRST, START, END = dt.date(2026, 8, 31), dt.date(2026, 9, 28), dt.date(2026, 10, 4)


def daily(first, last, **values):
    """Return a row of on-demand instances of search for each day; `n` of them for 24 hours."""
    n = values.pop("n", 1)
    row = {
        "x_team": "search",
        "service_name": "Amazon Elastic Compute Cloud",
        "x_service_code": "AmazonEC2",
        "sub_account_id": "012345678901",
        "region_id": "ap-northeast-2",
        "x_usage_type": "APN2-BoxUsage:r6g.4xlarge",
        "x_operation": "RunInstances",
        "x_instance_type": "r6g.4xlarge",
        "pricing_unit": "Hrs",
        "pricing_category": "Standard",
        "billing_currency": "USD",
        "resource_id": "i-0",
        "consumed_quantity": 24 * n,
        "list_cost": 24 * n,
        "effective_cost": 24 * n,
    }
    days = (last - first).days + 1
    return [row | values | {"charge_date": first + dt.timedelta(days=day)} for day in range(days)]


def covered(first, last, n=4):
    return daily(
        first,
        last,
        n=n,
        pricing_category="Committed",
        commitment_discount_id=PLAN,
        effective_cost=12 * n,
    )


def other(first, last, cost=100):
    return daily(
        first,
        last,
        x_usage_type="APN2-EBS:VolumeUsage.gp3",
        x_operation="CreateVolume-Gp3",
        x_instance_type=None,
        pricing_unit="GB-Mo",
        resource_id="vol-0",
        consumed_quantity=1000,
        list_cost=cost,
        effective_cost=cost,
    )


def found(warehouse, expected, scope=None):
    scope = scope or {"x_team": "search", "service_name": "Amazon Elastic Compute Cloud"}
    return causes(warehouse, scope, START, END, expected)


def causes(warehouse, scope, start, end, expected):
    (one,) = causes_of(warehouse, origins_of(warehouse, [Asked(scope, start, end, expected)]))
    return one


def course(start=START, end=END, state="open"):
    back = end + dt.timedelta(days=1) if state == "went back" else pd.NaT
    row = {"start": start, "end": end, "state": state, "normal_on": pd.NaT, "back_on": back}
    return course_of(row | {"excess": 0}, "USD")


def said(cause, *, state="open", end=END, language="en"):
    return sentence(facts_of(cause, course(end=end, state=state)), language)


def test_more_instances_run_on_demand_because_the_savings_plan_is_full(bill):
    more = daily(START, END, n=12, resource_id="i-new")
    warehouse = bill(*covered(FIRST, END), *other(FIRST, END), *more)
    (cause,) = found(warehouse, 7 * 148.0)
    assert cause.where == {"x_usage_type": "APN2-BoxUsage:r6g.4xlarge"}
    assert cause.excess == Decimal("2016")
    assert resources_of(cause) == ["i-new"]
    assert said(cause) == (
        "EC2 in ap-northeast-2 for search: 12 more r6g.4xlarge since Monday 2026-09-28, on demand "
        "because the Savings Plan is full, with +90 USD a day by coverage: "
        "by now 2,016 USD more, 288 a day."
    )
    assert said(cause, language="ko") == (
        "EC2(ap-northeast-2), search 팀: 2026-09-28(월)부터 r6g.4xlarge 12대 증가, "
        "Savings Plan이 모두 사용되어 온디맨드로 과금(약정 적용 범위 하루 +90 USD 포함): "
        "지금까지 2,016 USD 증가, 하루 288."
    )


def test_a_savings_plan_that_ends_is_lost_coverage_and_no_usage(bill):
    before = START - dt.timedelta(days=1)
    warehouse = bill(*covered(FIRST, before), *daily(START, END, n=4), *other(FIRST, END))
    (cause,) = found(warehouse, 7 * 148.0)
    assert cause.effects == {"coverage": Decimal("336")}
    assert said(cause).endswith(
        "on demand because the Savings Plan 0a1b2c3d expired (last day Sunday 2026-09-27): "
        "by now 336 USD more, 48 a day."
    )


def test_a_savings_plan_that_covers_something_else_by_now_has_not_expired(bill):
    before = START - dt.timedelta(days=1)
    elsewhere = [row | {"x_team": "ads"} for row in covered(START, END)]
    warehouse = bill(
        *covered(FIRST, before), *daily(START, END, n=4), *other(FIRST, END), *elsewhere
    )
    (cause,) = found(warehouse, 7 * 148.0)
    assert "on demand because the Savings Plan 0a1b2c3d covers less of it: by now" in said(cause)


def test_a_price_that_rose_is_price(bill):
    before = START - dt.timedelta(days=1)
    dearer = daily(START, END, n=4, list_cost=144, effective_cost=144)
    warehouse = bill(*daily(FIRST, before, n=4), *dearer, *other(FIRST, END))
    (cause,) = found(warehouse, 7 * 196.0)
    assert cause.effects == {"price": Decimal("336")}
    assert "a 50 % higher price of r6g.4xlarge" in said(cause)


def test_a_price_tier_that_usage_reached_is_usage(bill):
    before = START - dt.timedelta(days=1)
    first, second = ({"sku_price_id": f"SKU.TERM.{name}"} for name in ("FIRST", "SECOND"))
    low = daily(FIRST, before, list_unit_price=1, **first)
    more = daily(START, END, n=3, list_unit_price="0.5", list_cost=36, effective_cost=36, **second)
    (cause,) = found(bill(*low, *more), 7 * 24.0)
    assert cause.effects == {"usage": Decimal("84")}
    # The same prices under one id: AWS has cut it by half.
    (cause,) = found(bill(*low, *[row | first for row in more]), 7 * 24.0)
    assert cause.effects == {"usage": Decimal("252"), "price": Decimal("-168")}


def test_what_is_new_and_what_is_gone_say_so(bill):
    before = START - dt.timedelta(days=1)
    new = daily(START, END, n=3, resource_id="i-new")
    (cause,) = found(bill(*other(FIRST, END), *new), 700.0)
    assert "3 new r6g.4xlarge since" in said(cause)
    (cause,) = found(bill(*other(FIRST, END), *daily(FIRST, before, n=3)), 700.0 + 7 * 72)
    assert said(cause, state="went back") == (
        "EC2 in ap-northeast-2 for search: no r6g.4xlarge from Monday 2026-09-28 to Sunday "
        "2026-10-04: 504 USD less in 7 days; went back on Monday 2026-10-05."
    )
    assert "no r6g.4xlarge any more since Monday" in said(cause)


def test_what_was_used_before_is_used_again(bill):
    long_ago = dt.date(2026, 6, 1)
    again = [*daily(long_ago, long_ago, n=3), *daily(START, END, n=3, resource_id="i-new")]
    (cause,) = found(bill(*other(FIRST, END), *again), 700.0)
    assert "3 r6g.4xlarge again, last used on Monday 2026-06-01, since" in said(cause)


def test_a_base_has_the_weekdays_of_the_incident(bill):
    closed = [row for row in daily(FIRST, END, n=4) if row["charge_date"].weekday() < 5]
    spike = daily(START, START, n=10, resource_id="i-spike")
    warehouse = bill(*closed, *other(FIRST, END), *spike)
    scope = {"x_team": "search"}
    (cause,) = causes(warehouse, scope, START, START, 196.0)
    assert cause.excess == Decimal("240")


def test_what_was_expected_and_is_nowhere_before_is_left_as_the_rest(bill):
    told = found(bill(*daily(START, END, n=1)), 100.0)
    assert [(bool(cause.where or cause.same), cause.excess) for cause in told] == [
        (True, Decimal("168")),
        (False, Decimal("-100")),
    ]


def test_what_is_asked_together_is_answered_each_by_its_own_days_and_scope(bill):
    before = START - dt.timedelta(days=1)
    gone = daily(FIRST, before, n=1, x_team="ads", service_name=None, sub_account_id="2")
    old = daily(FIRST - dt.timedelta(days=30), FIRST - dt.timedelta(days=24), x_team="old")
    warehouse = bill(*other(FIRST, END), *daily(START, END, n=2), *gone, *old, *covered(FIRST, END))
    asked = [
        Asked({"x_team": "search"}, START, START, 148.0),
        Asked({"service_name": "no service"}, START, END, 168.0),
        Asked({"sub_account_id": "2"}, before, END, 24.0),
        Asked({"x_team": "old"}, START, END, 7 * 24.0),
        Asked({"resource_id": "i-0", "x_team": "search"}, START, END, 336.0),
    ]
    told = causes_of(warehouse, origins_of(warehouse, asked))
    assert [[cause.excess for cause in one] for one in told] == [
        [Decimal(48)],
        [Decimal(-168)],
        [],
        [Decimal(-168)],
        [Decimal(336)],
    ]
    assert told == [causes(warehouse, one.scope, one.start, one.end, one.expected) for one in asked]


def test_nothing_asked_is_nothing_answered(bill):
    assert causes_of(bill(), origins_of(bill(), [])) == []


def test_names_of_a_bill_stay_in_one_line(bill):
    new = daily(START, END, n=3, x_team="a\nb", x_instance_type="<b>\x1b[0m")
    (cause,) = found(bill(*new), 0.0, {"x_team": "a\nb"})
    assert "\n" not in said(cause)
    assert "\x1b" not in said(cause)


_MONEY = st.decimals(0, 10_000, places=4)


@given(st.lists(st.tuples(st.booleans(), *[_MONEY] * 6), min_size=1, max_size=6))
def test_usage_price_mix_and_coverage_sum_to_the_excess(rows):
    """Whatever quantities, prices and coverage do."""
    leaves = pd.DataFrame(
        [
            {
                "x_team": "a",
                "x_service": "0 0",
                "service_name": "EC2",
                "pricing_unit": "Hrs" if hours else "GB",
                "consumed_quantity": q1,
                "list_cost": l1,
                "x_covered_list_cost": l1 / 2,
                "effective_cost": c1,
                "x_covered_effective_cost": c1 / 4,
                "x_base_consumed_quantity": q0,
                "x_base_list_cost": l0,
                "x_base_covered_list_cost": l0 / 4,
                "x_base_effective_cost": c0,
                "x_base_covered_effective_cost": c0 / 2,
            }
            for hours, q0, l0, c0, q1, l1, c1 in rows
        ],
        dtype=object,
    )
    excess = sum(leaves["effective_cost"]) - sum(leaves["x_base_effective_cost"])
    assert sum(_effects(leaves, {"0 0": excess})["0 0"].values(), Decimal(0)) == excess


@pytest.mark.parametrize(
    ("scope", "start", "end", "where", "said_of_it"),
    [
        # Of sample_data/truth: A01, C04, C07, C11.
        (
            {"x_team": "network"},
            "2025-12-09",
            "2025-12-11",
            {"x_usage_type": "APN2-NatGateway-Bytes", "sub_account_id": "418820117734"},
            "more APN2-NatGateway-Bytes",
        ),
        ({"x_team": "ads"}, "2026-03-10", "2026-04-19", {}, "because the Savings Plan"),
        ({"service_name": "Amazon DynamoDB"}, "2026-05-06", "2026-05-31", {}, "lower price"),
        ({"service_name": "Amazon SageMaker"}, "2026-09-01", "2026-09-20", {}, "lower price"),
    ],
)
def test_planted_changes_of_the_sample_are_named(
    sample_project, scope, start, end, where, said_of_it
):
    warehouse = finops.connect(sample_project)
    start, end = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    base = warehouse.sql(_MONEY_BEFORE, **_asked(scope), start=start, end=end)
    told = causes(warehouse, scope, start, end, float(base["base"].iloc[0]))
    facts = facts_of(told[0], course(start, end))
    assert said_of_it in sentence(facts)
    assert not where or told[0].where == where
    actual = Decimal(base["actual"].iloc[0])
    exact = Decimal(repr(float(base["base"].iloc[0]))).quantize(Decimal("1e-10"))
    assert sum((cause.excess for cause in told), Decimal(0)) == actual - exact
    assert all(sum(cause.effects.values(), Decimal(0)) == cause.excess for cause in told)


def _asked(scope):
    return {"team": scope.get("x_team"), "service": scope.get("service_name")}


_MONEY_BEFORE = """
select
    sum(effective_cost) filter (where charge_date >= $start) as actual,
    cast(sum(effective_cost) filter (where charge_date < $start) as double)
    / 28 * (cast($end as date) - cast($start as date) + 1) as base
from facts.owned_cost
where consumed_quantity is not null and coalesce($team, x_team) = x_team
    and coalesce($service, service_name) = service_name
    and charge_date between cast($start as date) - 28 and $end
"""


def test_a_cause_without_items_names_no_resource():
    empty = pd.DataFrame(
        {"resource_id": [], "effective_cost": [], "x_base_effective_cost": []}, dtype=object
    )
    assert resources_of(Cause({}, {}, Decimal(1), {}, empty)) == []
