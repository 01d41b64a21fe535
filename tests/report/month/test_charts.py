import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from finops.errors import BadInput
from finops.report import charts


def arrow(rows):
    """A frame as the warehouse returns it, with exact decimals."""
    return pa.Table.from_pylist(rows).to_pandas(types_mapper=pd.ArrowDtype)


def team_rows(count, **more):
    return [
        {
            "billing_period": "2026-10",
            "x_team": f"team-{number:02}",
            "billing_currency": "USD",
            "effective_cost": Decimal(100 - number),
            "x_budget": None,
            **more,
        }
        for number in range(count)
    ]


def bars(figure):
    return {trace.name: list(trace.y) for trace in figure.data if trace.type == "bar"}


def texts(figure):
    return " ".join(note.text for note in figure.layout.annotations)


def test_cost_by_team_keeps_the_largest_eight_and_adds_up_the_rest():
    figure = charts.cost_by_team(arrow(team_rows(12)))
    assert list(bars(figure)) == [*(f"team-{number:02}" for number in range(8)), "other teams (4)"]
    assert bars(figure)["other teams (4)"] == [92 + 91 + 90 + 89]


def test_cost_by_team_draws_the_budget_of_all_teams():
    rows = team_rows(2, x_budget=Decimal(60))
    line = charts.cost_by_team(arrow(rows)).data[-1]
    assert (line.name, list(line.y)) == ("budget", [120.0, 120.0, None])


def test_cost_by_team_without_budgets_has_no_line():
    assert all(trace.type == "bar" for trace in charts.cost_by_team(arrow(team_rows(2))).data)


def test_a_month_without_a_bill_is_a_gap():
    rows = team_rows(1) + team_rows(1, billing_period="2026-08")
    assert bars(charts.cost_by_team(arrow(rows))) == {"team-00": [100.0, 0.0, 100.0]}


def test_large_amounts_are_shown_in_thousands():
    figure = charts.cost_by_team(arrow(team_rows(1, effective_cost=Decimal(2_176_486))))
    assert figure.layout.yaxis.title.text == "thousand USD a month"
    assert bars(figure) == {"team-00": [2176.486]}


def test_money_of_two_currencies_never_adds_up():
    rows = team_rows(1) + team_rows(1, billing_currency="CNY", effective_cost=Decimal(7))
    figure = charts.cost_by_team(arrow(rows))
    assert bars(figure) == {"team-00": [100.0]}
    assert "without the cost in CNY" in figure.layout.title.subtitle.text


def test_names_of_tags_are_never_markup():
    figure = charts.cost_by_team(arrow(team_rows(1, x_team="<b>a</b><script>&")))
    assert list(bars(figure)) == ["&lt;b&gt;a&lt;/b&gt;&lt;script&gt;&amp;"]
    assert "<script>" not in figure.to_json()
    assert "<b>a" not in texts(figure)


def service_rows():
    changes = {"EC2": Decimal(300), "S3": Decimal(-500), "SQS": Decimal(0)}
    return [
        {
            "billing_period": "2026-10",
            "service_name": name,
            "billing_currency": "USD",
            "effective_cost": Decimal(1000),
            "x_effective_cost_change": change,
        }
        for name, change in changes.items()
    ]


def test_cost_by_service_has_a_bar_per_service():
    figure = charts.cost_by_service(arrow(service_rows()))
    assert bars(figure) == {"EC2": [1000.0], "S3": [1000.0], "SQS": [1000.0]}


def test_movers_are_sorted_by_size_and_signed():
    trace = charts.movers(arrow(service_rows()), "2026-10").data[0]
    assert list(trace.x) == [-500.0, 300.0]
    assert list(trace.text) == ["−500 USD", "+300 USD"]
    assert list(trace.customdata) == ["S3", "EC2"]


def test_movers_of_the_first_month_say_why_there_are_none():
    rows = [{**row, "x_effective_cost_change": None} for row in service_rows()]
    figure = charts.movers(arrow(rows), "2026-10")
    assert not figure.data
    assert "first month loaded" in texts(figure)


def unit_cost(days, *, currency="KRW"):
    """Three months in which an order costs 2 USD, but for one day."""
    dates = pd.date_range("2026-08-01", periods=days)
    return pd.DataFrame(
        {
            "charge_date": dates,
            "x_service": "*",
            "billing_currency": "USD",
            "effective_cost": 200.0,
            "x_orders": 100,
            "x_revenue": 1000.0,
            "x_reporting_currency": currency,
            "x_reporting_effective_cost": 280_000.0 if currency else np.nan,
            "x_effective_cost_to_revenue": 0.2,
        }
    )


def test_cost_per_order_is_in_the_reporting_currency():
    figure = charts.cost_per_order(unit_cost(31))
    assert figure.layout.yaxis.title.text == "KRW an order"
    assert set(figure.data[0].y) == {2800.0}


def test_cost_per_order_without_exchange_rate_is_in_the_billing_currency():
    figure = charts.cost_per_order(unit_cost(31, currency=None))
    assert figure.layout.yaxis.title.text == "USD an order"


def test_the_mean_is_of_one_month_and_starts_after_it():
    frame = unit_cost(61)
    frame.loc[31, "x_reporting_effective_cost"] += 30 * 280_000
    mean = figure_mean(charts.cost_per_order(frame))
    assert mean[:30] == [None] * 30
    assert mean[30] == 2800.0
    # September has 30 days and one of them cost 30 days more.
    assert mean[-1] == pytest.approx(2 * 2800.0)


def test_a_day_without_orders_is_a_gap():
    frame = unit_cost(31).drop(index=[10])
    figure = charts.cost_per_order(frame)
    assert figure.data[0].y[10] is None
    assert figure_mean(figure)[-1] is None


def test_orders_of_a_day_in_two_bills_count_once():
    frame = pd.concat([unit_cost(31), unit_cost(1)])
    assert charts.cost_per_order(frame).data[0].y[0] == 5600.0


def figure_mean(figure):
    return list(figure.data[1].y)


def test_cost_to_revenue_is_in_per_cent():
    assert set(charts.cost_to_revenue(unit_cost(31)).data[0].y) == {20.0}


def test_owned_shares_add_up_to_a_hundred():
    rows = [
        {
            "billing_period": "2026-10",
            "billing_currency": "USD",
            "effective_cost": Decimal(5),
            "x_tagged_share": 0.5,
            "x_inferred_share": 0.3,
            "x_unowned_share": 0.2,
        }
    ]
    figure = charts.owned_shares(arrow(rows))
    assert bars(figure) == {"by tag": [50.0], "inferred": [30.0], "unowned": [20.0]}


def test_untagged_says_what_claimed_each_resource():
    trace = charts.untagged(untagged_rows(), rows=2).data[0]
    assert list(trace.x) == [300.0, 100.0]
    assert list(trace.text) == ["300 USD · search by rule R1", "100 USD · unowned"]
    assert list(trace.customdata) == ["db:prod", "Amazon S3: Requests"]


def untagged_rows():
    row = {"billing_currency": "USD", "x_usage_type": None, "x_cumulative_share": 0.5}
    return arrow(
        [
            {
                **row,
                "service_name": "Amazon RDS",
                "resource_id": "arn:aws:rds:us-east-1:0123:db:prod",
                "x_owner_method": "rule",
                "x_team": "search",
                "x_rule_id": "R1",
                "effective_cost": Decimal(300),
            },
            {
                **row,
                "service_name": "Amazon S3",
                "resource_id": None,
                "x_usage_type": "Requests",
                "x_owner_method": "unowned",
                "x_team": "unowned",
                "x_rule_id": None,
                "effective_cost": Decimal(100),
            },
            {
                **row,
                "service_name": "Amazon S3",
                "resource_id": "small",
                "x_owner_method": "unowned",
                "x_team": "unowned",
                "x_rule_id": None,
                "effective_cost": Decimal(1),
            },
        ]
    )


def daily_cost(key="a / EC2"):
    return pd.DataFrame(
        {"date": pd.date_range("2026-10-01", periods=4), "key": key, "cost": [10.0, 10, 50, 60]}
    )


def found_run(key="a / EC2"):
    days = pd.to_datetime(["2026-10-03", "2026-10-04"])
    return pd.DataFrame(
        {
            "key": [key],
            "start": [days[0]],
            "end": [days[1]],
            "kind": ["spike"],
            "expected": [20.0],
            "actual": [110.0],
            "excess": [90.0],
        }
    )


def test_anomaly_marks_the_days_and_the_level_expected_on_each():
    cost, found, expected = charts.anomaly(daily_cost(), found_run()).data
    assert list(cost.y) == [10.0, 10.0, 50.0, 60.0]
    assert list(found.x) == ["2026-10-03", "2026-10-04"]
    assert list(expected.y) == [10.0, 10.0]


def test_anomaly_leaves_out_what_was_found_elsewhere():
    figure = charts.anomaly(daily_cost(), found_run("b / S3"))
    assert len(figure.data) == 1
    assert figure.layout.title.subtitle.text == "no anomaly found"


def test_anomaly_draws_one_key_only():
    both = pd.concat([daily_cost("a"), daily_cost("b")])
    with pytest.raises(BadInput, match="not 2"):
        charts.anomaly(both, found_run())


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda: charts.cost_by_team(arrow(team_rows(1)).iloc[:0]), "No cost is loaded"),
        (lambda: charts.cost_by_service(arrow(service_rows()).iloc[:0]), "No cost is loaded"),
        (lambda: charts.movers(arrow(service_rows()), "2020-01"), "for January 2020"),
        (lambda: charts.cost_per_order(unit_cost(0)), "No orders of service *"),
        (lambda: charts.cost_per_order(unit_cost(9), "<i>"), "&lt;i&gt;"),
        (lambda: charts.cost_to_revenue(unit_cost(0)), "No revenue"),
        (lambda: charts.untagged(untagged_rows().iloc[:0]), "Every charge has an owner"),
        (lambda: charts.anomaly(daily_cost().iloc[:0], found_run()), "no cost to draw"),
    ],
)
def test_an_empty_figure_says_why(draw, reason):
    figure = draw()
    assert not figure.data
    assert reason in texts(figure)


def change(service, amount, account="012345678901", currency="USD"):
    return {
        "service_name": service,
        "sub_account_id": account,
        "sub_account_name": None,
        "billing_currency": currency,
        "x_billed_cost_change": Decimal(amount),
        "x_new_effective_cost": Decimal(1),
    }


def test_delivery_change_adds_up_to_the_whole_change():
    rows = [change(f"service {number}", 20 - number) for number in range(12)]
    figure = charts.delivery_change(arrow(rows), "2026-08")
    assert list(figure.data[0].x) == [20, 19, 18, 17, 16, 15, 14, 13, 12 + 11 + 10 + 9]
    assert figure.data[0].customdata[-1] == "4 smaller changes"
    assert figure.layout.title.text == "<b>How August 2026 moved with its last delivery</b>"
    assert "+174.00 USD in all" in figure.layout.title.subtitle.text


def test_delivery_change_is_signed_and_largest_first():
    rows = [change("small", "0.5"), change("gone", -3), change("same", 0)]
    figure = charts.delivery_change(arrow(rows), "2026-08")
    assert list(figure.data[0].x) == [-3, 0.5]
    assert list(figure.data[0].text) == ["−3.00 USD", "+0.50 USD"]


def test_delivery_change_of_a_month_that_came_once_says_so():
    figure = charts.delivery_change(arrow([change("x", 1)]).head(0), "2026-08")
    assert "August 2026 came once" in texts(figure)
    assert "changed no billed cost" in texts(
        charts.delivery_change(arrow([change("x", 0)]), "2026-08")
    )


def test_commands_start_without_what_only_notebooks_need():
    code = "import sys, finops.cli, finops.report.month.html; print({'IPython', 'nbformat'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
