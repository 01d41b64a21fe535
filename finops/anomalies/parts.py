"""Lay out what incidents come from, one row per cause."""

import json

import pandas as pd

__all__ = ["EFFECTS", "parts"]

EFFECTS = ("usage", "price", "mix", "coverage", "other")
_LEAST_SHARE = 0.05


def parts(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row per incident and cause of what `find` or `incidents.record` returned.

    Columns: key, start, cause (a sentence), excess, usage, price, mix, coverage and other (they sum
    to the excess; money in the currency of the bill), resources and changes (lists). A rest of less
    than 5 per cent of its incident is left out.
    """
    rows = []
    for incident in found.to_dict("records"):
        for place, cause in enumerate(json.loads(incident["causes"])):
            excess = float(cause["excess"])
            if place and abs(excess) < _LEAST_SHARE * abs(incident["excess"]):
                continue
            effects = {name: float(cause["effects"].get(name, 0)) for name in EFFECTS}
            told = {"cause": cause["sentence"], "excess": excess, **effects}
            lists = {name: cause[name] for name in ("resources", "changes")}
            rows.append({"key": incident["key"], "start": incident["start"], **told, **lists})
    columns = ["key", "start", "cause", "excess", *EFFECTS, "resources", "changes"]
    return pd.DataFrame(rows, columns=columns)
