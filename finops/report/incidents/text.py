"""Sum up incidents in sentences, from their figures alone, and name what their charts show."""

from functools import partial

import pandas as pd

from finops.incidents.parts import main_cause
from finops.incidents.ranking import MONTH_DAYS
from finops.languages import say as say_of
from finops.text import money, place_text, plain

__all__ = ["findings", "say"]


# A text on incidents by key and language, with its values filled in.
say = partial(say_of, "incident")


def findings(found: pd.DataFrame, language: str = "en", *, currency: str = "USD") -> list[str]:
    """Return what `find` found in a few sentences: how many, what goes on, and the largest.

    Raises BadInput for a language that has no texts.
    """
    if found.empty:
        return [say("none", language)]
    states = found["state"].value_counts()
    open_, normal, back = (str(states.get(one, 0)) for one in ("open", "new normal", "went back"))
    count = str(len(found))
    sentences = [say("count", language, count=count, open=open_, normal=normal, back=back)]
    lasting = found[found["state"] == "open"]
    for key, part in (
        ("more", lasting[lasting["per_day"] > 0]),
        ("less", lasting[lasting["per_day"] < 0]),
    ):
        if len(part):
            month = money(MONTH_DAYS * part["per_day"].sum(), currency, 0, signed=True)
            sentences.append(say(key, language, month=month, cause=_first(part, language)))
    owners = lasting[lasting["per_day"] > 0].groupby("owner")["at_risk"].sum()
    if len(owners):
        first = str(owners.idxmax())
        name = say("several_teams", language) if first == "*" else plain(first, 40)
        most = money(owners.max(), currency, 0)
        sentences.append(say("at_risk", language, owner=name, money=most))
    return sentences


def _first(part: pd.DataFrame, language: str) -> str:
    row = part.iloc[0].to_dict()
    return plain(main_cause(row, language) or place_text(row["key"], language), 400)
