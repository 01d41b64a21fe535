"""Lay out what incidents come from, one row per cause."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from finops.incidents.sentences import told

__all__ = ["EFFECTS", "main_cause", "parts"]

EFFECTS = ("usage", "price", "mix", "coverage", "other")
_LEAST_SHARE = 0.05


def parts(found: pd.DataFrame, language: str = "en") -> pd.DataFrame:
    """Return one row per incident and cause of what `find` or `incidents.record` returned.

    Columns: key, start, cause (a sentence), excess, usage, price, mix, coverage and other (they sum
    to the excess; money in the currency of the bill), resources and changes (lists of texts). A
    rest of less than 5 per cent of its incident is left out. Raises BadInput for a language that
    has no texts.
    """
    rows = []
    for incident in found.to_dict("records"):
        for place, kept in enumerate(json.loads(incident["causes"])):
            cause = told(kept, language)
            excess = float(cause["excess"])
            if place and abs(excess) < _LEAST_SHARE * abs(incident["excess"]):
                continue
            effects = {name: float(cause["effects"].get(name, 0)) for name in EFFECTS}
            texts = {"cause": cause["sentence"], "excess": excess, **effects}
            lists = {name: cause[name] for name in ("resources", "changes")}
            rows.append({"key": incident["key"], "start": incident["start"], **texts, **lists})
    columns = ["key", "start", "cause", "excess", *EFFECTS, "resources", "changes"]
    return pd.DataFrame(rows, columns=columns)


def main_cause(incident: Mapping[Any, Any], language: str = "en") -> str:
    """Return the sentence of the largest cause of a row of `find`; empty where it has none."""
    causes = json.loads(incident["causes"])
    return str(told(causes[0], language)["sentence"]) if causes else ""
