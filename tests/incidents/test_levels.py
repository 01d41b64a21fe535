"""Series of all levels of a literal bill: keys, owners' scopes, and what says nothing new."""

import datetime as dt

from finops.incidents.levels import levels_of
from tests.incidents.test_cause import daily as owned

DAY = dt.date(2026, 10, 1)


def keys(warehouse):
    return {level.name: sorted(set(level.daily["key"])) for level in levels_of(warehouse)}


def test_each_level_has_its_keys(bill):
    rows = [
        *owned(DAY, DAY, resource_id="i-1"),
        *owned(DAY, DAY, resource_id="i-2"),
        *owned(DAY, DAY, x_usage_type="NAT", resource_id="nat"),
        *owned(DAY, DAY, x_team="ads", service_name="Amazon Simple Storage Service"),
    ]
    ec2, s3 = "Amazon Elastic Compute Cloud", "Amazon Simple Storage Service"
    box = f"search / {ec2} / APN2-BoxUsage:r6g.4xlarge"
    assert keys(bill(*rows)) == {
        "team and service": [f"ads / {s3}", f"search / {ec2}"],
        # Of one usage type or resource alone, the wider series says the same.
        "usage type": [box, f"search / {ec2} / NAT"],
        "resource": [f"{box} / i-1", f"{box} / i-2"],
        "service": [f"* / {ec2}", f"* / {s3}"],
        "team": ["ads", "search"],
        "account": ["* / account 012345678901"],
    }


def test_small_resources_are_left_out_and_their_cost_stays_in_wider_series(bill):
    small = [
        row
        for number in range(3)
        for row in owned(DAY, DAY, resource_id=f"i-{number}", effective_cost="0.01")
    ]
    levels = {level.name: level for level in levels_of(bill(*owned(DAY, DAY), *small))}
    assert levels["team and service"].daily["cost"].tolist() == [24.03]
    assert levels["resource"].daily["key"].str.endswith("i-0").tolist() == [True]
    assert levels["resource"].floor == 0.024030000000000003


def test_a_bill_in_two_currencies_has_them_in_its_keys(bill):
    rows = [*owned(DAY, DAY), *owned(DAY, DAY, billing_currency="CNY")]
    assert keys(bill(*rows))["team"] == ["search / CNY", "search / USD"]


def test_a_scope_has_the_values_of_its_key(bill):
    level = levels_of(bill(*owned(DAY, DAY)))[0]
    assert level.scopes == {
        "search / Amazon Elastic Compute Cloud": {
            "x_team": "search",
            "service_name": "Amazon Elastic Compute Cloud",
        }
    }


def test_an_empty_bill_has_no_series(bill):
    assert all(level.daily.empty for level in levels_of(bill()))
