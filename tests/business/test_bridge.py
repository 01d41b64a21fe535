"""A bridge between two months: exact, named by cause, and refused where something is missing."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from finops.business.bridge import bridge
from finops.business.bridge_text import sentences
from finops.errors import BadInput
from finops.settings import Settings
from finops.warehouse.connect import Warehouse
from tests.conftest import insert_rows, usd

OCTOBER, SEPTEMBER = dt.date(2026, 10, 5), dt.date(2026, 9, 5)
TABLES = [
    "facts.owned_cost",
    "facts.allocated_cost",
    "facts.exchange_rates",
    "marts.unit_cost",
    "business.monthly_orders",
    "marts.trust_header",
]


@pytest.fixture
def warehouse_of(empty_tables):
    """Return a warehouse of literal rows of owned cost; nothing is shared unless told."""

    def make(owned, *, allocated=None, **unit_cost):
        con = duckdb.connect()
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        for table in TABLES:
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            con.execute(f"create table {table} as from built.{table} limit 0")
        con.execute(
            "create schema seeds; create table seeds.instance_sizes as from built.seeds.instance_sizes"
        )
        con.execute("detach built")
        keys = ("billing_period", "billing_currency", "x_team", "x_service", "service_name")
        keys = (*keys, "x_entry", "effective_cost")
        insert_rows(con, "facts.owned_cost", owned)
        insert_rows(
            con,
            "facts.allocated_cost",
            allocated or [{key: row.get(key) for key in keys} for row in owned],
        )
        insert_rows(con, "marts.unit_cost", months(**unit_cost))
        insert_rows(con, "marts.trust_header", [{"billing_period": m} for m in MONTHS])
        insert_rows(con, "facts.exchange_rates", rates())
        warehouse = Warehouse(Settings(project=empty_tables))
        warehouse._connection = con
        return warehouse

    return make


MONTHS = ("2026-09", "2026-10")


def charge(day=OCTOBER, **values):
    """Return one row of owned cost: a unit of on-demand usage for 1 USD unless told else."""
    row = {
        "billing_period": f"{day:%Y-%m}",
        "charge_date": day,
        "billing_currency": "USD",
        "sub_account_id": "012345678901",
        "resource_id": "i-1",
        "x_owner_key": 1,
        "x_team": "order",
        "x_service": "cart",
        "service_name": "EC2",
        "x_usage_type": "BoxUsage:m5.large",
        "x_operation": "RunInstances",
        "pricing_unit": "GB",
        "x_charge_kind": "usage",
        "consumed_quantity": 1,
        "effective_cost": 1,
    }
    return row | {"list_cost": values.get("effective_cost", 1)} | values


def months(orders=(100, 100), revenue=(1000, 1000), currency="USD", service="*"):
    """Return one day of unit cost for each month."""
    days = zip(MONTHS, (SEPTEMBER, OCTOBER), orders, revenue, strict=True)
    names = ("billing_period", "charge_date", "x_orders", "x_revenue")
    rows = [dict(zip(names, one, strict=True)) for one in days]
    common = {"billing_currency": "USD", "x_revenue_currency": currency}
    company = [row | common | {"x_service": "*"} for row in rows]
    return company if service == "*" else [*company, *(r | {"x_service": service} for r in company)]


def rates(september=1400, october=1500):
    common = {"billing_currency": "USD", "x_reporting_currency": "KRW"}
    return [
        common | {"billing_period": month, "x_exchange_rate": rate}
        for month, rate in zip(MONTHS, (september, october), strict=True)
    ]


def effects(frame):
    """Return the change per effect and check that together they are the whole change."""
    changes = frame["x_change"].astype(object)
    if len(frame):
        assert sum(changes) == frame["x_total"][0] - frame["x_base_total"][0]
    return {k: v for k, v in changes.groupby(frame["x_effect"]).sum().items() if v}


def change(warehouse, **options):
    return effects(bridge(warehouse, base="2026-09", period="2026-10", **options))


def test_more_usage_than_orders_is_usage_per_order(warehouse_of):
    warehouse = warehouse_of(
        [charge(SEPTEMBER), charge(consumed_quantity=3, effective_cost=3)], orders=(100, 200)
    )
    # 100 orders at 0.01 become 200 at 0.015: 100 more at 0.0125, 0.005 more for 150.
    assert change(warehouse) == {"orders": usd("1.25"), "usage_per_order": usd("0.75")}


def test_without_orders_usage_is_per_day(warehouse_of):
    warehouse = warehouse_of(
        [charge(SEPTEMBER), charge(consumed_quantity=3, effective_cost=3)], orders=(100, None)
    )
    assert change(warehouse) == {"usage_per_day": 2}


def test_cost_per_order_falls_by_what_more_orders_share(warehouse_of):
    fee = {"x_charge_kind": "fee", "consumed_quantity": None, "effective_cost": 10}
    warehouse = warehouse_of([charge(SEPTEMBER, **fee), charge(**fee)], orders=(100, 125))
    assert change(warehouse, measure="cost_per_order") == {"orders": usd("-0.02")}


def test_usage_that_follows_orders_leaves_cost_per_order(warehouse_of):
    warehouse = warehouse_of(
        [charge(SEPTEMBER), charge(consumed_quantity=2, effective_cost=2)], orders=(100, 200)
    )
    assert bridge(warehouse, base="2026-09", period="2026-10", measure="cost_per_order").empty


def test_cost_to_revenue_names_revenue_and_the_exchange_rate(warehouse_of):
    warehouse = warehouse_of(
        [charge(SEPTEMBER), charge()], revenue=(14000, 15000), currency="KRW", orders=(1, 1)
    )
    found = change(warehouse, measure="cost_to_revenue")
    assert set(found) == {"exchange_rate", "revenue_per_order"}
    assert sum(found.values()) == 0


def test_the_exchange_rate_is_an_effect_in_the_reporting_currency(warehouse_of):
    warehouse = warehouse_of([charge(SEPTEMBER), charge(effective_cost=3, list_cost=3)])
    # 1 x 1400 becomes 3 x 1500: prices 2 x 1450, the rate 2 x 100.
    assert change(warehouse, currency="KRW") == {"list_price": 2900, "exchange_rate": 200}


def test_what_is_billed_once_has_effects_of_its_own(warehouse_of):
    once = [
        charge(x_charge_kind="tax", effective_cost=1),
        charge(x_charge_kind="credit", effective_cost=-2),
        charge(x_charge_kind="commitment_fee", charge_class="Correction", effective_cost=-4),
        charge(x_charge_kind="fee", effective_cost=3),
        charge(x_charge_kind="commitment_fee", effective_cost=5),
        charge(x_charge_kind="support", effective_cost=16),
        charge(x_charge_kind="unused_commitment", effective_cost=32),
        charge(x_charge_kind="enterprise_discount", effective_cost=-64),
    ]
    assert change(warehouse_of([charge(SEPTEMBER), charge(), *once])) == {
        "tax": 1,
        "credits": -2,
        "refunds": -4,
        "fees": 8,
        "support": 16,
        "unused_commitments": 32,
        "discounts": -64,
    }


def test_a_resource_that_changes_its_team_is_a_change_of_owner(warehouse_of):
    warehouse = warehouse_of(
        [
            charge(SEPTEMBER, x_team="marketing", effective_cost=5),
            charge(x_team="order", effective_cost=7),
        ]
    )
    assert change(warehouse, team="marketing") == {"owner_changes": -5}
    assert change(warehouse, team="order") == {"owner_changes": 5, "list_price": 2}
    assert change(warehouse) == {"list_price": 2}


def test_what_two_teams_own_at_one_time_has_not_moved(warehouse_of):
    two = [charge(day, x_team=team) for day in (SEPTEMBER, OCTOBER) for team in ("order", "ads")]
    assert change(warehouse_of([*two, charge(x_team="ads", effective_cost=1)])).keys() == {
        "usage_per_order"
    }


def test_instance_hours_add_up_by_size(warehouse_of):
    size = {"pricing_unit": "Hrs", "x_instance_type": "m5.xlarge", "x_usage_type": "m5.xlarge"}
    hour = {"pricing_unit": "Hrs", "x_instance_type": "m5.large"}
    warehouse = warehouse_of(
        [charge(SEPTEMBER, **hour, consumed_quantity=2, effective_cost=2), charge(**size)]
    )
    # Two large are as much as one xlarge, which costs half of them here.
    assert change(warehouse) == {"mix": -1}


def test_shared_cost_is_what_a_team_gets_beside_its_own(warehouse_of):
    owned = [charge(SEPTEMBER), charge(), charge(x_team="pool", x_service="kafka")]
    keys = {"billing_period", "billing_currency", "x_team", "x_service", "service_name"}
    allocated = [{k: row[k] for k in (*keys, "effective_cost")} for row in owned]
    allocated[2] |= {"x_team": "order"}
    warehouse = warehouse_of(owned, allocated=allocated)
    assert change(warehouse, team="order") == {"shared_cost": 1}
    assert change(warehouse, team="pool") == {"new": 1, "shared_cost": -1}


def test_cost_without_the_name_of_its_service_is_not_lost(warehouse_of):
    warehouse = warehouse_of([charge(SEPTEMBER), charge(), charge(service_name=None)])
    frame = bridge(warehouse, base="2026-09", period="2026-10")
    assert (frame["x_total"][0], frame["service_name"][0]) == (2, "unknown")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "2026-11"}, "No bill of 2026-11 is built. Built: 2026-09, 2026-10."),
        ({"period": "2026-09"}, "A bridge needs two months; base and period are both 2026-09."),
        ({"measure": "cost"}, "'cost' is no measure of the bridge: effective_cost, "),
        ({"team": "nobody"}, "The team 'nobody' has no cost in these months. With cost: order."),
        ({"currency": "EUR"}, "A bridge in EUR is not possible: the bill is in USD and "),
        (
            {"measure": "cost_per_order"},
            "cost_per_order needs the orders of the company on every day with cost, and in 2026-10 "
            "some are missing or zero: complete business/orders. The bridge of effective_cost "
            "still holds.",
        ),
        ({"measure": "cost_to_revenue"}, "cost_to_revenue needs the revenue of the company on "),
        (
            {"measure": "cost_per_order", "service": "cart"},
            "needs the orders of the service 'cart'",
        ),
    ],
)
def test_a_bridge_that_is_not_possible_says_why(warehouse_of, options, message):
    warehouse = warehouse_of([charge(SEPTEMBER), charge()], orders=(1, 0), revenue=(1, None))
    with pytest.raises(BadInput) as error:
        bridge(warehouse, **{"base": "2026-09", "period": "2026-10", **options})
    assert message in str(error.value)


def test_a_missing_exchange_rate_is_named(warehouse_of):
    warehouse = warehouse_of([charge(SEPTEMBER), charge()])
    warehouse._connection.execute("update facts.exchange_rates set x_exchange_rate = null")
    with pytest.raises(BadInput, match=r"no rate from USD to KRW for 2026-09 and 2026-10\. The br"):
        bridge(warehouse, base="2026-09", period="2026-10", currency="KRW")


def test_two_billing_currencies_are_never_one_total(warehouse_of):
    warehouse = warehouse_of([charge(SEPTEMBER), charge(), charge(billing_currency="CNY")])
    with pytest.raises(BadInput, match="are billed in CNY, USD, and money of two currencies"):
        bridge(warehouse, base="2026-09", period="2026-10")
    assert change(warehouse, currency="USD") == {}


def test_recoverable_tax_is_no_effect_and_tax_that_is_borne_is_one(warehouse_of):
    tax = charge(x_charge_kind="tax", effective_cost=1)
    warehouse = warehouse_of([charge(SEPTEMBER), charge(), tax | {"x_entry": "vat_receivable"}])
    assert change(warehouse) == {}
    warehouse = warehouse_of([charge(SEPTEMBER), charge(), tax | {"x_entry": "cloud_expense"}])
    assert change(warehouse) == {"tax": 1}


def test_two_sentences_say_the_change_and_its_reasons(warehouse_of):
    warehouse = warehouse_of([charge(SEPTEMBER), charge(effective_cost=3)], orders=(100, 100))
    frame = bridge(warehouse, base="2026-09", period="2026-10")
    assert sentences(frame) == (
        "Effective cost before recoverable tax went from 1 USD in September 2026 to 3 USD in "
        "October 2026: +2 USD (+200 %).",
        "The reasons: list prices +2 USD (most: cart, EC2).",
    )
    assert sentences(frame, "ko") == (
        "유효 비용(공제받는 부가세 별도): 2026년 9월 1 USD → 2026년 10월 3 USD, +2 USD (+200 %).",
        "원인: 정가 +2 USD (최대: cart, EC2).",
    )
    with pytest.raises(BadInput, match="'fr' is no language of reports: en, ko"):
        sentences(frame, "fr")


def test_amounts_are_exact_decimals(warehouse_of):
    frame = bridge(
        warehouse_of([charge(SEPTEMBER), charge(effective_cost=2)]),
        base="2026-09",
        period="2026-10",
    )
    assert frame["x_change"][0] == Decimal("1")
    assert str(frame["x_change"].dtype) == "decimal128(38, 16)[pyarrow]"
