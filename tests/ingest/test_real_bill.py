"""The real bill of three months of 2018 loads to the sums that AWS's own formulas give."""

from decimal import Decimal

import pytest

from finops import connect


@pytest.fixture(scope="module")
def warehouse(real_project):
    return connect(real_project)


def test_months_agree_with_the_bill(warehouse):
    months = warehouse.status()[["billing_period", "billed_cost", "effective_cost", "x_residual"]]
    expected = [
        ("2018-10", "4064.483132", "4195.957109"),
        ("2018-11", "3505.326968", "3632.559846"),
        ("2018-12", "408.375992", "539.849967"),
    ]
    for (period, billed, effective), row in zip(expected, months.itertuples(), strict=True):
        assert row.billing_period == period
        assert abs(row.billed_cost - Decimal(billed)) < Decimal("1e-6")
        assert abs(row.effective_cost - Decimal(effective)) < Decimal("1e-6")
        assert row.x_residual == 0


def test_account_id_keeps_its_leading_zero(warehouse):
    accounts = warehouse.sql(
        "select distinct sub_account_id as id from facts.daily_cost order by 1"
    )
    assert accounts["id"].tolist() == ["011254002932", "836060457634"]


def test_tag_of_one_month_is_kept(warehouse):
    months = warehouse.sql(
        "select distinct billing_period as month from staging.charges "
        "where tags['tag21_nov'] is not null or 'workload_type' in map_keys(tags) order by 1"
    )
    assert "2018-11" in months["month"].tolist()


def test_december_fell_because_services_ended(warehouse):
    movers = warehouse.sql(
        "select service_name, effective_cost, x_effective_cost_change from marts.aws_service_month "
        "where billing_period = '2018-12' order by x_effective_cost_change limit 2"
    )
    assert movers["service_name"].tolist() == ["AWS Glue", "Amazon Relational Database Service"]
    assert [round(float(x), 2) for x in movers["x_effective_cost_change"]] == [-2005.38, -715.04]
