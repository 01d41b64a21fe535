"""Every figure of every sentence is worked out again from daily cost, by other queries."""

import datetime as dt
import json
import re

import pandas as pd
import pytest

import finops
from finops.incidents.sentences import sentence

# What a scope cost on each day: usage, effective cost, before tax.
DAYS = """
select charge_date, cast(sum(effective_cost) as double) as cost,
    cast(sum(consumed_quantity) as double) as quantity
from facts.owned_cost
where x_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') and {scope}
group by charge_date
"""
MONEY = r"([\d,]+) USD (more|less)"
DAY = r"(?:\w+day )?(\d{4}-\d\d-\d\d)(?:\(.\))?"


@pytest.fixture(scope="module")
def warehouse(sample_project):
    return finops.connect(sample_project)


@pytest.fixture(scope="module")
def found(sample_anomalies):
    return sample_anomalies


def scope_of(values):
    conditions = (f"coalesce({name}, '') = '{value}'" for name, value in values.items())
    return " and ".join(conditions) or "true"


def costs(warehouse, scope):
    rows = warehouse.sql(DAYS.format(scope=scope_of(scope))).set_index("charge_date")
    last = warehouse.sql(
        "select max(charge_date) as d from facts.daily_cost where consumed_quantity > 0"
    )
    days = pd.date_range("2025-10-01", last["d"].iloc[0])
    rows.index = pd.to_datetime(rows.index)
    return rows.astype(float).reindex(days, fill_value=0.0)


def base_of(daily, span):
    """Return what the days of a span were before: 28 days, or 91 without cost, by weekday."""
    own = daily[span["start"] : span["end"]]
    for days in (28, 91):
        before = daily[: pd.Timestamp(span["start"]) - pd.Timedelta(days=1)].tail(days)
        if before["cost"].sum() > 0:
            break
    counts = own.index.day_of_week.value_counts()
    if set(counts.index) <= set(before.index.day_of_week):
        means = before.groupby(before.index.day_of_week).mean()
        return means.mul(counts, axis=0).dropna().sum()
    return before.mean() * len(own)


def excess_of(warehouse, spans, where):
    """Return what a part of the spans cost more than expected: its share of what all was before."""
    total = 0.0
    for span in spans:
        part = costs(warehouse, span["scope"] | where)
        actual = part[span["start"] : span["end"]]["cost"].sum()
        whole = base_of(costs(warehouse, span["scope"]), span)["cost"]
        expected = base_of(part, span)["cost"] * span["expected"] / whole if whole else 0.0
        total += actual - expected
    return total


def told(found):
    for row in found.to_dict("records"):
        for cause in json.loads(row["causes"]):
            yield row, cause


def test_the_money_of_every_sentence_is_that_of_daily_cost(warehouse, found):
    for row, cause in told(found):
        spans = json.loads(row["spans"])
        if cause["facts"]["what"] == "rest":
            others = [one for one in json.loads(row["causes"]) if one is not cause]
            known = sum(excess_of(warehouse, spans, one["where"]) for one in others if one["where"])
            excess = excess_of(warehouse, spans, {}) - known
        else:
            excess = excess_of(warehouse, spans, cause["where"])
        english, korean = (sentence(cause["facts"], language) for language in ("en", "ko"))
        money, way = re.search(MONEY, english).groups()
        assert float(money.replace(",", "")) == pytest.approx(abs(excess), abs=1), english
        assert (way == "more") == (excess > 0), english
        assert f"{money} USD {'증가' if way == 'more' else '감소'}" in korean


def test_every_number_of_days_and_mean_of_a_day_fits_the_dates_and_the_money(found):
    for row, cause in told(found):
        text = sentence(cause["facts"])
        days = (row["end"] - row["start"]).days + 1
        if told_days := re.search(r"in (\d+) days", text):
            assert int(told_days[1]) == days
        if a_day := re.search(r"USD (?:more|less), ([\d,]+) a day", text):
            money = float(re.search(MONEY, text)[1].replace(",", ""))
            assert float(a_day[1].replace(",", "")) == pytest.approx(money / days, abs=1)


def test_every_incident_is_what_its_state_says(warehouse, found):
    """Open cost is away on the last days, and what went back is near what it was before."""
    last = found["end"].max()
    for row in found.to_dict("records"):
        spans = json.loads(row["spans"])
        text = row["cause"]
        assert "ended" not in text
        daily = sum(costs(warehouse, span["scope"])["cost"] for span in spans)
        usual = sum(span["expected"] for span in spans) / ((row["end"] - row["start"]).days + 1)
        sign = 1 if row["excess"] > 0 else -1
        if row["state"] == "open":
            assert (last - row["end"]).days < 3
            assert "since" in text and "by now" in text
            assert sign * (daily[last - pd.Timedelta(days=6) :].mean() - usual) > 0
        elif row["state"] == "went back":
            assert row["back_on"] == row["end"] + pd.Timedelta(days=1)
            assert f"went back on {row['back_on']:%A %Y-%m-%d}" in text
            after = daily[row["back_on"] :].head(3).mean()
            during = daily[row["start"] : row["end"]].mean()
            assert abs(after - usual) < abs(during - usual), text
            assert usual * 0.7 - 1 <= after <= usual * 1.4 + 1, text
        else:
            # Raised first in another series than the one that is told, it is its own cost's later.
            own = row["root_key"] == row["key"]
            days = (row["normal_on"] - row["detected_on"]).days
            assert days == 91 or (days > 91 and not own)
            assert row["normal_on"] == row["end"] + pd.Timedelta(days=1)
            assert f"new normal since {row['normal_on']:%A %Y-%m-%d}" in text
            assert sign * (daily[row["end"] - pd.Timedelta(days=6) : row["end"]].mean() - usual) > 0


def test_every_first_day_of_a_sentence_is_one_on_which_cost_moved(warehouse, found):
    """What was expected is plausible: the median of the four weeks before, but for slow leaks."""
    for row in found[found["kind"] != "slow_leak"].to_dict("records"):
        daily = sum(costs(warehouse, one["scope"])["cost"] for one in json.loads(row["spans"]))
        before = daily[: row["start"] - pd.Timedelta(days=1)].tail(28).median()
        first = daily[row["start"] :].head(7).mean()
        assert (first > before) == (row["excess"] > 0), row["cause"]


def test_every_machine_and_share_of_a_sentence_is_that_of_daily_usage(warehouse, found):
    seen = 0
    for row, cause in told(found):
        facts, spans = cause["facts"], json.loads(row["spans"])
        if not facts["machines"]:
            continue
        hours = 0.0
        for span in spans:
            part = costs(warehouse, span["scope"] | cause["where"])
            whole = base_of(costs(warehouse, span["scope"]), span)["cost"]
            factor = span["expected"] / whole if whole else 0.0
            hours += part[span["start"] : span["end"]]["quantity"].sum()
            hours -= base_of(part, span)["quantity"] * factor
        days = (row["end"] - row["start"]).days + 1
        assert float(facts["machines"]) == pytest.approx(hours / 24 / days, abs=0.01)
        assert f"{abs(round(hours / 24 / days))} " in sentence(facts)
        seen += 1
    assert seen > 5


def test_an_expiry_is_named_with_the_last_day_of_the_commitment(warehouse, found):
    ends = warehouse.sql(
        "select commitment_discount_id as id, max(charge_date) as day from staging.charges "
        "where commitment_discount_id is not null group by all"
    )
    told_ends = {
        (facts["commitment_id"], facts["ended"])
        for _, cause in told(found)
        if (facts := cause["facts"])["what"] == "expiry"
    }
    assert told_ends == {("8bc40e4b", "2026-03-09"), ("b381ce41", "2026-05-31")}
    for id_, day in told_ends:
        (own,) = ends[ends["id"].str.contains(id_)]["day"]
        assert own == dt.date.fromisoformat(day)


def test_what_came_back_is_not_new_and_says_when_it_was_used_last(warehouse, found):
    """The snapshots of member, planted as vanished from April to July."""
    (back,) = [cause for _, cause in told(found) if cause["facts"]["what"] == "again"]
    text = sentence(back["facts"])
    assert "SnapshotUsage again, last used on Sunday 2026-04-05, since Monday 2026-07-13" in text
    daily = costs(warehouse, {"x_team": "member", "x_usage_type": "APN2-EBS:SnapshotUsage"})["cost"]
    assert daily["2026-04-05"] > 100 and daily["2026-04-06":"2026-07-12"].max() < 1
    for row, cause in told(found):
        if cause["facts"]["what"] == "new":
            spans = json.loads(row["spans"])
            parts = [costs(warehouse, one["scope"] | cause["where"])["cost"] for one in spans]
            before = sum(parts)[: row["start"] - pd.Timedelta(days=1)]
            assert before.max() < 0.5 * sum(parts)[row["start"] : row["end"]].mean(), text


def test_a_small_trial_that_ended_months_ago_does_not_lead(found):
    trial = found[found["key"] == "quick-commerce / AWS Lambda"]
    assert trial["state"].tolist() == ["went back"]
    assert trial["back_on"].tolist() == [pd.Timestamp("2026-08-05")]
    assert found["state"].drop_duplicates().tolist() == ["open", "new normal", "went back"]
    assert found["place"].tolist() == list(range(1, len(found) + 1))
