"""Score what a detector reported against planted anomalies, in events and in money.

An event counts as detected if its key is flagged in the right direction inside a window of its
kind. Flags in the echo of an event are neutral. Other flags are false: those of one key with gaps
of at most 3 days are one false alert, which covers at most 7 days.
"""

import numpy as np
import pandas as pd

__all__ = ["Score", "by_kind", "score", "summary"]

# Days after the start within which a flag detects; "end" adds to the event's last day.
WINDOW = {"level_shift": 30, "vanished_cost": 14, "new_cost": 14}
AFTER_END = {"spike": 1, "slow_leak": 7, "missed_saving": 1}
ECHO = pd.Timedelta(days=35)


class Score:
    """The events with what was detected of them, and the number of false alerts."""

    def __init__(self, events: pd.DataFrame, false_alerts: pd.DataFrame, series_months: float):
        self.events, self.false_alerts, self.series_months = events, false_alerts, series_months


def score(
    flags: pd.DataFrame, truth: pd.DataFrame, series_months: float, *, late_days: int = 0
) -> Score:
    """Return the score of `flags`: key, day (the day that raised it), sign of the excess.

    `late_days` lengthens each window where a day takes so long to be complete.

    The events gain detected (first day, NaT if missed), delay in days and prevented (the share of
    the excess that came after that day, had it stopped then).
    """
    events = truth.reset_index(drop=True).rename_axis("event").reset_index()
    last = events["start"] + pd.to_timedelta(events["kind"].map(WINDOW), unit="D")
    after = events["end"] + pd.to_timedelta(events["kind"].map(AFTER_END), unit="D")
    events["until"] = last.fillna(after) + pd.Timedelta(days=late_days)
    flags = flags[["key", "day", "sign"]]
    pairs = flags.merge(events, on="key", suffixes=("", "_event"))
    inside = (pairs["day"] >= pairs["start"]) & (pairs["day"] <= pairs["until"])
    hits = pairs[inside & (pairs["sign"] == pairs["sign_event"])]
    events["detected"] = events["event"].map(hits.groupby("event")["day"].min())
    events["delay"] = (events["detected"] - events["start"]).dt.days
    days = (events["end"] - events["start"]).dt.days + 1
    events["prevented"] = (1 - (events["delay"] + 1) / days).clip(lower=0).fillna(0.0)
    return Score(events, _false_alerts(flags, pairs), series_months)


def _false_alerts(flags: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return key and first day of each false alert."""
    near = (pairs["day"] >= pairs["start"]) & (pairs["day"] <= pairs["end"] + ECHO)
    near |= (pairs["day"] >= pairs["start"]) & (pairs["day"] <= pairs["until"] + ECHO)
    neutral = pairs.loc[near, ["key", "day"]].drop_duplicates()
    rest = flags[["key", "day"]].drop_duplicates().merge(neutral, how="left", indicator=True)
    rest = rest[rest["_merge"] == "left_only"].sort_values(["key", "day"])
    starts, key, first, previous = [], None, None, None
    for name, day in zip(rest["key"], rest["day"], strict=True):
        joined = key == name and (day - previous).days <= 3 and (day - first).days < 7
        if not joined:
            key, first = name, day
            starts.append((name, day))
        previous = day
    return pd.DataFrame(starts, columns=["key", "day"])


def summary(scores: list[Score]) -> dict[str, float]:
    """Return the mean of each measure over the seeds."""
    return {
        name: float(np.mean([_measures(one)[name] for one in scores]))
        for name in _measures(scores[0])
    }


def by_kind(scores: list[Score]) -> pd.DataFrame:
    """Return events, recall, money recall and delay in days of each kind, over all seeds."""
    events = pd.concat([one.events for one in scores])
    events["found"] = events["detected"].notna()
    events["money"] = events["excess"].abs()
    events["money found"] = events["money"].where(events["found"], 0.0)
    kinds = events.groupby("kind")
    return pd.DataFrame(
        {
            "events": kinds.size(),
            "recall": kinds["found"].mean(),
            "money recall": kinds["money found"].sum() / kinds["money"].sum(),
            "mean delay": kinds["delay"].mean(),
        }
    )


def _measures(one: Score) -> dict[str, float]:
    events, wrong = one.events, len(one.false_alerts)
    found = events["detected"].notna()
    money = events["excess"].abs()
    return {
        "precision": found.sum() / max(found.sum() + wrong, 1),
        "recall": found.mean(),
        "money recall": money[found].sum() / money.sum(),
        "prevented": (money * events["prevented"]).sum() / money.sum(),
        "mean delay": events["delay"].mean(),
        "median delay": events["delay"].median(),
        "false/series-month": wrong / one.series_months,
    }
