"""Score the anomalies found in the sample company against what was planted there.

Other changes were planted too, that nobody announced: commitments bought and lost, price cuts,
planned growth. Alerts on those are counted apart: they are true, and no anomaly.
"""

import shutil
from pathlib import Path

import pandas as pd

import finops
from finops.anomalies.detect import detect
from finops.incidents.find import all_series, find
from finops.incidents.sources import by_team_and_service, events, orders
from finops.project import shipped

__all__ = ["sample_figures"]

_FINE = """
select
    charge_date as date,
    sub_account_id || ' / ' || x_service_code || ' / ' || x_usage_type as key,
    sum(effective_cost) as cost
from facts.daily_cost
where consumed_quantity is not null and x_usage_type is not null
group by all having sum(effective_cost) <> 0 order by all
"""
_NEAR = pd.Timedelta(days=5)


def sample_figures(folder: Path) -> pd.DataFrame:
    """Return one row per level: anomalies found and their money, and what else was reported.

    By team a planted anomaly counts as found if a key of its AWS service has one of its direction;
    so it does in `incidents`, what is told of all levels, one per cause.
    """
    sample = shipped("sample_data")
    for name in ("mappings", "business"):
        shutil.copytree(sample / name, folder / name)
    shutil.copyfile(sample / "finops.toml", folder / "finops.toml")
    with finops.connect(folder) as warehouse:
        warehouse.load(sample / "bill")
        warehouse.build()
        fine = warehouse.sql(_FINE)
        known = {"drivers": orders(warehouse), "events": events(warehouse)}
        names = warehouse.sql(
            "select distinct x_service_code, service_name from facts.daily_cost"
        ).set_index("x_service_code")["service_name"]
        team = by_team_and_service(warehouse)
        found = {"usage type": detect(fine, **known), "team": detect(team, **known)}
        keys = {"usage type": fine["key"], "team": team["key"]}
        found["incidents"], keys["incidents"] = find(warehouse), all_series(warehouse)["key"]
    truth = _truth(sample / "truth")
    truth["usage type"] = truth["sub_account_id"] + " / " + truth["service_code"]
    truth["usage type"] += " / " + truth["usage_type"]
    truth["team"] = truth["incidents"] = truth["service_code"].map(names)
    changes = _changes(sample / "truth")
    return pd.DataFrame(
        {
            level: _figures(found[level], truth, level, changes, keys[level].nunique())
            for level in found
        }
    ).T


def _truth(folder: Path) -> pd.DataFrame:
    return pd.read_csv(
        folder / "anomalies.csv", dtype={"sub_account_id": str}, parse_dates=["start", "end"]
    )


def _changes(folder: Path) -> pd.Series:
    """Return the days of all other planted changes."""
    changes = pd.read_csv(folder / "changes.csv", parse_dates=["date"])["date"]
    alike = pd.read_csv(folder / "lookalikes.csv", parse_dates=["start", "end"])
    alike = alike[alike["kind"].isin(["planned_growth", "launch", "migration"])]
    return pd.concat([changes, alike["start"], alike["end"]])


def _figures(
    found: pd.DataFrame, truth: pd.DataFrame, level: str, changes: pd.Series, keys: int
) -> dict[str, float]:
    right, hits = pd.Series(False, index=found.index), []
    for event in truth.to_dict("records"):
        of_key = found["key"].str.contains(event[level], regex=False)
        near = (found["start"] >= event["start"] - pd.Timedelta(days=3)) & (
            found["start"] <= event["end"] + pd.Timedelta(days=1)
        )
        same = (found["excess"] > 0) == (event["direction"] == "up")
        mine = of_key & near & same & ~found["start"].map(lambda day: _is_change(day, changes))
        right |= mine
        hits.append((found.loc[mine, "detected_on"].min() - event["start"]).days)
    delay = pd.Series(hits, dtype=float)
    other = found[~right & ~found["start"].map(lambda day: _is_near(day, changes))]
    return {
        "keys": keys,
        "planted": len(truth),
        "found": int(delay.notna().sum()),
        "money recall": _share(truth["excess_usd_total"].abs(), delay.notna()),
        "mean delay": delay.mean(),
        "median delay": delay.median(),
        "alerts": len(found),
        "of other changes": len(found) - int(right.sum()) - len(other),
        "unexplained": len(other),
        "share of days near a change": _near_share(changes),
        "unexplained/series-month": len(other) / keys / 13,
    }


def _share(money: pd.Series, found: pd.Series) -> float:
    return float(money[found.to_numpy()].sum() / money.sum())


def _near_share(changes: pd.Series) -> float:
    """Return on how large a share of the days an alert would count as one of another change."""
    days = pd.date_range("2025-10-01", "2026-10-31")
    return sum(_is_near(day, changes) for day in days) / len(days)


def _is_change(day: pd.Timestamp, changes: pd.Series) -> bool:
    return bool((changes == day).any())


def _is_near(day: pd.Timestamp, changes: pd.Series) -> bool:
    """Return whether a change was at most 5 days before, or 2 after: UTC and Korea differ."""
    return bool(((day >= changes - pd.Timedelta(days=2)) & (day <= changes + _NEAR)).any())
