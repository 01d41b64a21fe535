"""Sum up incidents in sentences, from their figures alone."""

import pandas as pd

from finops.anomalies.sentences import MONTH_DAYS
from finops.report.text import money, place_text, plain

__all__ = ["findings"]


def findings(found: pd.DataFrame, *, currency: str = "USD") -> list[str]:
    """Return what `find` found in a few sentences: how many, what goes on, and the largest."""
    if found.empty:
        return ["No cost stands out, or there are fewer than four weeks of days."]
    lasting = found[found["at_risk"] > 0]
    sentences = [f"{len(found)} incidents, of which {len(lasting)} go on."]
    for word, part in (
        ("More", lasting[lasting["per_day"] > 0]),
        ("Less", lasting[lasting["per_day"] < 0]),
    ):
        if len(part):
            month = money(MONTH_DAYS * part["per_day"].sum(), currency, 0, signed=True)
            sentences.append(f"{word}, if all of it stays: {month} a month. {_first(part)}")
    owners = lasting[lasting["per_day"] > 0].groupby("owner")["at_risk"].sum()
    if len(owners):
        name = "several teams" if owners.idxmax() == "*" else plain(owners.idxmax(), 40)
        sentences.append(f"Most money at risk: {name}, {money(owners.max(), currency, 0)}.")
    return sentences


def _first(part: pd.DataFrame) -> str:
    row = part.iloc[0]
    return f"Most of it: {plain(row['cause'] or place_text(row['key']), 400)}"
