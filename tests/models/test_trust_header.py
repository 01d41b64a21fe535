"""The trust header says what is open in a month and what its last delivery took away."""

import datetime as dt

import pytest

from finops import connect
from tests.conftest import usd


def delivery(name, **values):
    defaults = {
        "delivery_id": name,
        "billing_period": "2026-10",
        "status": "current",
        "format": "CUR 2.0",
        "delivered_at": dt.datetime(2026, 11, 15),
        "billing_account_ids": "1",
        "billing_currencies": "USD",
        "source_rows": 10,
        "final_rows": 10,
        "source_unblended_cost": 100,
        "last_charge_date": dt.date(2026, 10, 31),
        "service_names": [],
    }
    return defaults | values


def ledger(deliveries):
    """The ledger of deliveries of one currency each."""
    names = "delivery_id", "billing_period", "source_rows", "final_rows", "source_unblended_cost"
    currencies = [
        {"billing_currency": one["billing_currencies"], **{name: one[name] for name in names}}
        for one in deliveries
    ]
    return {"ledger.deliveries": deliveries, "ledger.delivery_currencies": currencies}


def contents(**names):
    return [
        {"delivery_id": name, "kind": kind.replace("_", " "), "name": one}
        for name, kinds in names.items()
        for kind, found in kinds.items()
        for one in found
    ]


@pytest.fixture
def month(run_model):
    """The row of facts.month_deliveries for deliveries of one month."""

    def run(*deliveries):
        inputs = ledger(list(deliveries))
        days = run_model("facts.open_deliveries", {"ledger.deliveries": list(deliveries)})
        (row,) = run_model("facts.month_deliveries", inputs | {"facts.open_deliveries": days})
        return row

    return run


@pytest.fixture
def content_changes(run_model):
    """(month, compared with, kind, name, change) of marts.content_changes."""

    def run(deliveries, things):
        inputs = ledger(deliveries) | {"ledger.contents": things}
        keys = ("billing_period", "x_compared_with", "x_kind", "x_name", "x_change")
        return sorted(
            tuple(row[key] for key in keys) for row in run_model("marts.content_changes", inputs)
        )

    return run


@pytest.mark.parametrize(
    ("delivered_at", "first", "last"),
    [
        # 8 October ended 48 hours before: it is whole. 9 October is not.
        (dt.datetime(2026, 10, 11, 0), dt.date(2026, 10, 9), dt.date(2026, 10, 11)),
        (dt.datetime(2026, 10, 10, 23), dt.date(2026, 10, 8), dt.date(2026, 10, 10)),
        (dt.datetime(2026, 10, 1, 5), dt.date(2026, 10, 1), dt.date(2026, 10, 1)),
        (dt.datetime(2026, 11, 2, 3), dt.date(2026, 10, 31), dt.date(2026, 10, 31)),
        (dt.datetime(2026, 11, 3, 0), None, None),
    ],
)
def test_day_is_open_until_48_hours_after_it_ended(month, delivered_at, first, last):
    row = month(delivery("a", delivered_at=delivered_at, final_rows=9))
    assert (row["incomplete_from"], row["incomplete_until"]) == (first, last)


def test_fees_for_future_days_close_no_day(month):
    # AWS writes the recurring fees of the whole month in advance.
    row = month(delivery("a", delivered_at=dt.datetime(2026, 10, 10), final_rows=0))
    assert (row["incomplete_from"], row["incomplete_until"]) == (
        dt.date(2026, 10, 8),
        dt.date(2026, 10, 10),
    )


def test_days_without_charges_are_open(month):
    row = month(delivery("a", final_rows=0, last_charge_date=dt.date(2026, 10, 20)))
    assert (row["incomplete_from"], row["incomplete_until"]) == (
        dt.date(2026, 10, 21),
        dt.date(2026, 10, 31),
    )


def test_month_whose_lines_are_all_final_has_no_open_day(month):
    row = month(delivery("a", delivered_at=dt.datetime(2026, 10, 10)))
    assert (row["incomplete_from"], row["incomplete_until"]) == (None, None)


def test_least_finished_payer_counts(month):
    row = month(
        delivery("a"),
        delivery("b", billing_account_ids="2", delivered_at=dt.datetime(2026, 11, 2), final_rows=0),
    )
    assert row["incomplete_from"] == dt.date(2026, 10, 31)
    assert (row["deliveries"], row["source_rows"], row["final_rows"]) == (2, 20, 10)


def test_payer_without_invoice_ids_leaves_finality_unknown(month):
    row = month(delivery("a"), delivery("b", billing_account_ids="2", final_rows=None))
    assert row["final_rows"] is None


def test_change_is_against_the_delivery_that_was_replaced(month):
    row = month(
        delivery("a", status="superseded", source_rows=50, source_unblended_cost=900),
        delivery("b", status="superseded", previous_delivery_id="a", source_rows=12),
        delivery("c", previous_delivery_id="b", source_unblended_cost=101),
    )
    assert (row["deliveries"], row["source_rows"]) == (3, 10)
    assert (row["source_rows_change"], row["source_unblended_cost_change"]) == (-2, usd(1))


def test_month_that_came_once_has_no_change(month):
    assert month(delivery("a"))["source_rows_change"] is None


def test_services_accounts_and_columns_of_the_replaced_delivery_are_missed(content_changes):
    deliveries = [delivery("a", status="superseded"), delivery("b", previous_delivery_id="a")]
    things = contents(
        a={"column": ["id", "tax"], "service": ["EC2", "Glue"], "account": ["1", "2"]},
        b={"column": ["id"], "service": ["EC2", "S3"], "account": ["1"]},
    )
    assert content_changes(deliveries, things) == [
        ("2026-10", "previous delivery", "account", "2", "went"),
        ("2026-10", "previous delivery", "column", "tax", "went"),
        ("2026-10", "previous delivery", "service", "Glue", "went"),
        ("2026-10", "previous delivery", "service", "S3", "came"),
    ]


def test_columns_and_tags_are_compared_with_the_month_before(content_changes):
    deliveries = [delivery("a", billing_period="2026-09"), delivery("b")]
    things = contents(
        a={"column": ["id", "tax"], "tag_key": ["team"], "service": ["Glue"]},
        b={"column": ["id"], "tag_key": ["team", "app"], "service": ["EC2"]},
    )
    assert content_changes(deliveries, things) == [
        ("2026-10", "month before", "column", "tax", "went"),
        ("2026-10", "month before", "tag key", "app", "came"),
    ]


def test_columns_of_another_format_are_not_compared_but_tags_are(content_changes):
    deliveries = [delivery("a", billing_period="2026-09", format="legacy CUR"), delivery("b")]
    things = contents(
        a={"column": ["resource_tags_user_team"], "tag_key": ["team", "app"]},
        b={"column": ["resource_tags"], "tag_key": ["team"]},
    )
    assert content_changes(deliveries, things) == [
        ("2026-10", "month before", "tag key", "app", "went")
    ]


def test_last_tag_that_went_is_seen(content_changes):
    deliveries = [delivery("a", billing_period="2026-09"), delivery("b")]
    assert content_changes(deliveries, contents(a={"tag_key": ["team"]})) == [
        ("2026-10", "month before", "tag key", "team", "went")
    ]


def test_delivery_without_a_note_of_its_contents_is_not_compared(content_changes):
    deliveries = [
        delivery("a", status="superseded", service_names=None),
        delivery("b", previous_delivery_id="a"),
    ]
    assert content_changes(deliveries, contents(b={"service": ["EC2"]})) == []


def test_payers_are_compared_each_with_itself(content_changes):
    deliveries = [
        delivery("a", billing_period="2026-09"),
        delivery("b", billing_account_ids="2"),
    ]
    things = contents(a={"tag_key": ["team"]}, b={"tag_key": ["app"]})
    assert content_changes(deliveries, things) == []


@pytest.mark.parametrize(
    ("now", "shrank"),
    [
        ({}, False),
        ({"source_rows": 9}, True),
        ({"source_unblended_cost": 99}, True),
        ({"source_rows": 11, "source_unblended_cost": 101}, False),
    ],
)
def test_fewer_rows_or_less_money_shrank(run_model, month, now, shrank):
    row = month(delivery("a", status="superseded"), delivery("b", previous_delivery_id="a", **now))
    (header,) = run_model("marts.trust_header", {"facts.month_deliveries": [row]})
    assert header["x_shrank"] is shrank


def test_vanished_service_shrank(run_model, month):
    row = month(delivery("a", status="superseded"), delivery("b", previous_delivery_id="a"))
    gone = {
        "billing_period": "2026-10",
        "billing_currency": "USD",
        "x_compared_with": "previous delivery",
        "x_kind": "service",
        "x_change": "went",
    }
    inputs = {"facts.month_deliveries": [row], "marts.content_changes": [gone]}
    (header,) = run_model("marts.trust_header", inputs)
    assert (header["x_shrank"], header["x_vanished_services"]) == (True, 1)


def test_columns_of_a_real_bill_that_came_and_went(real_project):
    query = "select x_name from marts.content_changes where billing_period = $month and x_kind = $kind and x_change = $change order by all"
    with connect(real_project) as warehouse:
        names = {
            (month, kind, change): warehouse.sql(query, month=month, kind=kind, change=change)[
                "x_name"
            ].tolist()
            for month in ("2018-11", "2018-12")
            for kind in ("column",)
            for change in ("came", "went")
        }
    assert names == {
        ("2018-11", "column", "came"): ["product_category", "resource_tags_user_tag21_nov"],
        ("2018-11", "column", "went"): [],
        ("2018-12", "column", "came"): [],
        ("2018-12", "column", "went"): [
            "product_database_engine",
            "product_deployment_option",
            "product_engine_code",
            "product_min_volume_size",
            "resource_tags_user_tag21_nov",
            "resource_tags_user_workload_type",
        ],
    }


def test_whatever_gives_an_owner_without_a_tag_counts_as_inferred(run_model):
    money = {"tag": 1, "rule": 2, "account": 3, "unowned": 4}
    owned = [
        {
            "billing_period": "2026-10",
            "billing_currency": "USD",
            "x_owner_method": method,
            "effective_cost": effective_cost,
        }
        for method, effective_cost in money.items()
    ]
    one_month = {"billing_period": "2026-10", "billing_currency": "USD", "source_rows": 4}
    inputs = {"facts.month_deliveries": [one_month], "facts.owned_cost": owned}
    (row,) = run_model("marts.trust_header", inputs)
    shares = (row["x_tagged_share"], row["x_inferred_share"], row["x_unowned_share"])
    assert shares == (0.1, 0.5, 0.4)
