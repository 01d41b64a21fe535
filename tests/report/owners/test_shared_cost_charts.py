"""Charts of shared cost draw what the tables hold, and say why they are empty."""

import pandas as pd

from finops.report.charts import method_change, shared_cost

COLUMNS = ["billing_period", "x_pool", "x_team", "billing_currency", "effective_cost"]


def test_shared_cost_is_stacked_by_pool():
    rows = [("2026-10", "net", "a", "USD", 30), ("2026-10", "net", "b", "USD", 12)]
    rows += [("2026-10", "kafka", "a", "USD", 8), ("2026-09", "kafka", "a", "USD", 5)]
    drawing = shared_cost(pd.DataFrame(rows, columns=COLUMNS))
    bars = {bar.name: list(bar.y) for bar in drawing.data if bar.type == "bar"}
    assert bars == {"net": [0, 42], "kafka": [5, 8]}


def test_method_change_is_drawn_per_team_over_all_pools():
    rows = [("net", "a", "USD", 10, 13), ("kafka", "a", "USD", 4, 3), ("net", "<b>", "USD", 5, 3)]
    names = ["direct_effective_cost", "reciprocal_effective_cost"]
    compared = pd.DataFrame(rows, columns=["x_pool", "x_team", "billing_currency", *names])
    drawing = method_change(compared, "2026-10")
    assert list(drawing.data[0].x) == [2, -2]
    assert list(drawing.layout.yaxis.ticktext) == ["a", "&lt;b&gt;"]


def test_without_pools_the_charts_say_so():
    nothing = pd.DataFrame(
        [], columns=[*COLUMNS, "reciprocal_effective_cost", "direct_effective_cost"]
    )
    for drawing in (shared_cost(nothing), method_change(nothing, "2026-10")):
        assert "No team shares its cost" in drawing.layout.annotations[0].text
