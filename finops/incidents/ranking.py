"""Put incidents in the order in which a reader can still change something, the same everywhere."""

import pandas as pd

__all__ = ["MONTH_DAYS", "ranked"]

MONTH_DAYS = 30
_STATES = ("open", "new normal", "went back")


def ranked(found: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """Return incidents in order, with their place: 1 is the first.

    What is open comes first, by what it costs a day times the 30 days to come (at_risk). Then what
    became the new normal, by its money. Last what went back, by its money for each day since then
    up to `last`, the newest day of the bill: what ended long ago sinks.
    """
    since = (last - found["back_on"]).dt.days.add(1).fillna(1).clip(lower=1)
    order = pd.DataFrame(
        {
            "state": found["state"].map(_STATES.index),
            "at_risk": -found["at_risk"],
            "money": -found["excess"].abs() / since.where(found["state"] == _STATES[-1], 1),
            "key": found["key"],
            "start": found["start"],
        }
    )
    rows = found.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)
    return rows.assign(place=range(1, len(rows) + 1))
