"""What can't be judged is said, and the rest is judged."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from finops.anomalies.detect import detect
from finops.errors import BadInput
from tests.anomalies.series import DAYS, daily, event, noisy


def spiked(key="search / EC2"):
    cost = noisy()
    cost[160] += 500
    return daily(cost, key)


def with_row(**values):
    return pd.concat(
        [spiked(), pd.DataFrame([{"date": DAYS[5], "key": "b", "cost": 1.0} | values])]
    )


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.concat([spiked(), spiked().head(2)]), "2 rows whose date and key come twice"),
        (with_row(cost=np.inf), r"row 200 \(key 'b'\): cost inf is no finite number"),
        (with_row(cost=None), "cost .* is no finite number"),
        (with_row(date="soon"), "row 200: date 'soon' is no date"),
        (with_row(key=None), "row 200: key is empty"),
        (with_row(currency="KRW").fillna({"currency": "USD"}), "mixes KRW, USD in currency"),
        (spiked().drop(columns="cost"), "daily has no column cost"),
    ],
)
def test_daily_cost_with_no_one_reading_is_refused(frame, said):
    with pytest.raises(BadInput, match=said):
        detect(frame)


def test_wrong_drivers_events_deliveries_and_as_of_are_refused():
    frame = spiked()
    orders = pd.DataFrame({"date": [DAYS[0]] * 2, "orders": [1, 2]})
    late = pd.DataFrame(
        {"usage_date": DAYS, "key": "search / EC2", "ingest_date": "2026-12-01", "cost": 1.0}
    )
    for said, wrong in {
        "drivers has 2026-03-01 twice": {"drivers": orders},
        "it ends before it starts": {"events": event("2026-05-02", "2026-05-01", "migration")},
        "events has no column kind": {"events": event(1, 2, 3).drop(columns="kind")},
        "most cost arrives more than 5 days after": {"deliveries": late, "as_of": "2026-12-31"},
        "as_of 'soon' is no date": {"as_of": "soon"},
    }.items():
        with pytest.raises(BadInput, match=said):
            detect(frame, **wrong)


def test_a_key_with_three_days_is_named_and_the_rest_is_judged():
    short = daily(noisy(), "short / S3").tail(3).assign(cost=1.0)
    found = detect(pd.concat([spiked(), short]))
    assert found["key"].tolist() == ["search / EC2"]
    assert found.attrs["not_judged"] == {"short / S3": "3 days since its first cost, 28 are needed"}


def test_days_that_no_key_has_are_named_and_not_judged():
    frame = spiked().drop(index=[120, 121, 122, 123])
    found = detect(frame)
    assert found["start"].tolist() == [DAYS[160]]
    assert found.attrs["missing_days"] == ["2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02"]


def test_a_day_that_only_one_key_lacks_cost_nothing():
    gone = daily(noisy(seed=4), "gone / S3").head(150)
    found = detect(pd.concat([daily(noisy()), gone]))
    assert found["kind"].tolist() == ["vanished_cost"]


def test_arrow_decimals_and_date_objects_are_read():
    frame = spiked()
    frame["date"] = frame["date"].dt.date
    exact = pd.ArrowDtype(pa.decimal128(38, 10))
    frame["cost"] = pd.Series([Decimal(f"{cost:.10f}") for cost in frame["cost"]], dtype=exact)
    assert len(detect(frame)) == 1


@pytest.mark.parametrize("days", [1, 5, 14, 15, 27, 28, 40, 70])
def test_short_histories_raise_nothing(days):
    assert detect(daily(noisy()[:days])).empty
