"""KPIs of a month, their targets and their trend."""

import pandas as pd
import pytest

from finops.business.scorecard import KPIS, scorecard
from finops.errors import BadInput

MONTH = {"billing_period": "2026-10", "billing_currency": "USD"}


def kpis(run_model, rows):
    found = run_model("marts.scorecard_month", {"facts.daily_cost": rows})
    return {row["x_kpi"]: (row["x_value"], row["x_reason"]) for row in found}


def usage(**values):
    return MONTH | {"charge_category": "Usage", "service_category": "Compute"} | values


def test_commitments_are_judged_by_what_they_cost_and_cover(run_model):
    rows = [
        usage(commitment_discount_status="Used", list_cost=100, effective_cost=70),
        usage(commitment_discount_status="Unused", effective_cost=10),
        usage(list_cost=300, effective_cost=300),
        MONTH | {"charge_category": "Tax", "list_cost": 40, "effective_cost": 40},
    ]
    found = kpis(run_model, rows)
    assert found["commitment_waste"] == (10 / 80, None)
    assert found["compute_covered"] == (100 / 400, None)
    assert found["effective_savings_rate"] == (20 / 400, None)


def test_bill_without_commitments_says_so(run_model):
    found = kpis(run_model, [usage(list_cost=5, effective_cost=5)])
    assert found["commitment_waste"] == (None, "no commitments")
    assert found["compute_covered"] == (0, None)


def month(period, **values):
    return [
        {"billing_period": period, "billing_currency": "USD", "x_kpi": kpi}
        | {"x_value": values.get(kpi), "x_reason": None if kpi in values else "none"}
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
