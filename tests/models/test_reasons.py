"""Each reason that a model names has words, and says what it is about."""

import re

import pyarrow as pa
import pytest

from finops.models.reasons import WORDS, in_words
from finops.warehouse.models import models_in_order

MARTS = ("unit_cost", "unit_cost_local", "unit_cost_month")


def test_a_reason_is_told_in_words_with_its_numbers():
    rows = pa.table(
        {
            "x_bill_days": [2, 2],
            "x_missing_order_days": [1, 0],
            "x_orders_gap": ["23 of 24 hours", None],
            "x_per_order_reason": ["order_hours_missing", None],
        }
    )
    assert in_words(rows).to_pylist() == [
        {
            "x_bill_days": 2,
            "x_per_order_reason": "orders of 1 of 2 days are missing: known of 23 of 24 hours",
        },
        {"x_bill_days": 2, "x_per_order_reason": None},
    ]


@pytest.mark.parametrize("table", MARTS)
def test_every_reason_that_a_model_names_has_words(table):
    sql = next(model.sql for model in models_in_order() if model.name == f"marts.{table}")
    named = {
        name
        for case in re.findall(r"case(?:(?!\bend\b).)*end\s+as x_\w+_reason", sql, re.DOTALL)
        for name in re.findall(r"(?:then|else) '(\w+)'", case)
    }
    assert named and named <= WORDS.keys()
