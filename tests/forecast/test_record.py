"""The record of estimates: error, bias, coverage and drift, beside what needs no model."""

import pandas as pd
import pytest

from finops.forecast import record as module
from finops.forecast.estimate import estimate_of
from finops.forecast.record import errors, in_time, replay, replayed, track_record
from finops.report.estimates.text import verdict
from tests.forecast.knowns import days, known, series


def made(as_of, estimate, low, high):
    """The company's estimate of October, whose last month had cost 90."""
    return pd.DataFrame(
        [
            {
                "as_of": as_of,
                "billing_period": "2026-10",
                "x_measure": "billed_cost",
                "billing_currency": "USD",
                "x_scope": "company",
                "x_key": "*",
                "x_estimate": estimate,
                "x_low": low,
                "x_high": high,
                "x_last_month": 90,
                "x_run_rate": 130,
            }
        ]
    )


OCTOBER = series(["2026-10-07"], 100)


def test_record_says_error_bias_coverage_and_drift():
    summaries = [made("2026-10-03", 80, 70, 95), made("2026-10-15", 104, 96, 110)]
    found = errors(summaries, known(OCTOBER, "2026-10-31"))
    assert found[["x_days_left", "x_missed", "x_inside"]].values.tolist() == [
        [28, -20, False],
        [16, 4, True],
    ]
    assert found["x_drift"].tolist()[1] == 24
    record = track_record(found).set_index("x_day")
    assert record["x_error"].tolist() == [0.2, 0.04]
    assert record["x_bias"].tolist() == [-0.2, 0.04]
    assert record["x_inside_share"].tolist() == [0.0, 1.0]
    assert record["x_drift"].tolist() == [0.0, 0.24]
    assert record["x_last_month_error"].tolist() == [0.1, 0.1]
    assert record["x_run_rate_error"].tolist() == [0.3, 0.3]


def test_an_estimate_of_a_past_day_is_no_kept_one_of_months_that_were_over_by_then():
    summary = pd.concat([made("2026-10-03", 80, 70, 95)] * 2).reset_index(drop=True)
    summary.loc[1, "billing_period"] = "2026-11"
    vintage = {"as_of": "2026-10-03", "summary": summary}

    def months(**values):
        return in_time(vintage | values)["billing_period"].tolist()

    assert months(made_on="2026-10-31") == ["2026-10", "2026-11"]
    assert months(made_on="2026-11-01") == ["2026-11"]
    assert months(made_on="2026-12-01") == months(made_on="") == months() == []


def test_month_that_is_not_over_has_no_record():
    found = errors([made("2026-10-03", 80, 70, 95)], known(OCTOBER, "2026-10-30"))
    assert found.empty and track_record(found).empty


def test_replay_says_what_was_said_then():
    rows = series(days("2026-03-01", "2026-10-31"), lambda day: 1_000 + day.day_of_year * 7 % 90)
    for as_of in ("2026-07-10", "2026-09-20"):
        then = estimate_of(known(rows, as_of)).summary
        then = then[then["billing_period"] == as_of[:7]]
        now = replay(known(rows, "2026-10-31"), [as_of])[0]
        assert now["x_estimate"].tolist() == then["x_estimate"].tolist()
        assert now["x_low"].tolist() == then["x_low"].tolist()
        assert now["x_run_rate"].tolist() == then["x_run_rate"].tolist()


def test_replay_of_the_last_day_of_a_month_is_of_the_months_after_it():
    rows = series(days("2026-03-01", "2026-10-31"), lambda day: 1_000 + day.day_of_year * 7 % 90)
    then = estimate_of(known(rows, "2026-08-31")).summary
    then = then[then["billing_period"].isin(["2026-09", "2026-10"])]
    now = replay(known(rows, "2026-10-31"), ["2026-08-31"])[0]
    view = ["billing_period", "x_measure", "x_scope", "x_key"]
    for name in ("x_estimate", "x_high", "x_last_month", "x_run_rate"):
        assert now.set_index(view)[name].to_dict() == then.set_index(view)[name].to_dict()


def test_what_was_replayed_is_kept_until_the_bill_changes(monkeypatch):
    moments = []
    monkeypatch.setattr(module, "last_delivered_day", lambda _: "2026-10-31")
    monkeypatch.setattr(module, "replay", lambda _, asked: moments.append(asked) or [])
    for cost in (1, 1, 2):
        bill = known(series(days("2026-06-01", "2026-10-31"), cost), "2026-10-31")
        monkeypatch.setattr(module, "read_known", lambda *_, bill=bill: bill)
        # What is kept is nobody's to change.
        replayed(None).insert(0, "mine", 1)
        assert "mine" not in replayed(None)
    assert len(moments) == 2
    replayed(None, (10,))
    assert moments[1] == [*moments[0]] and moments[2] == ["2026-09-10", "2026-10-10", "2026-09-30"]


@pytest.mark.parametrize(
    ("error", "english", "korean"),
    [
        (0.01, "good enough to book an accrual from.", "계상하기에 충분합니다."),
        (0.03, "good enough to plan with, not to book.", "계상에는 부족합니다."),
        (0.08, "a direction, no more.", "방향만 알려 줍니다."),
        (0.2, "do not use them.", "쓰지 마십시오."),
    ],
)
def test_verdict_grades_by_error_and_by_the_naive_one(error, english, korean):
    record = pd.DataFrame(
        [
            {
                "x_measure": "effective_cost",
                "x_scope": "company",
                "x_ahead": 0,
                "x_day": 15,
                "x_months": 10,
                "x_error": error,
                "x_bias": -0.004,
                "x_inside_share": 0.8,
                "x_last_month_error": 0.1,
            }
        ]
    )
    assert verdict(record).endswith(english)
    assert "8 of 10 ended inside" in verdict(record) and "0.4 % too low" in verdict(record)
    assert verdict(record, "ko").endswith(korean)


def test_few_months_are_too_few_to_book_from():
    row = {
        "x_measure": "billed_cost",
        "x_scope": "company",
        "x_ahead": 0,
        "x_day": 15,
        "x_months": 2,
        "x_error": 0.01,
        "x_bias": 0.0,
        "x_inside_share": 1.0,
        "x_last_month_error": 0.1,
    }
    text = verdict(pd.DataFrame([row]), measure="billed_cost")
    assert text.startswith("On day 15, estimates of billed cost missed the month by 1.0 %")
    assert text.endswith("They are of too few months to rely on.")


def test_without_a_month_that_is_over_the_verdict_says_so():
    assert verdict(pd.DataFrame()).startswith("No month has been estimated that is over")
