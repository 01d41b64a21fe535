"""Say a cause in one sentence, in English or Korean: where, what, since when, and what it costs."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from finops.incidents.course import cost_text, day_text, when_text
from finops.incidents.facts import Facts
from finops.languages import say as say_of
from finops.text import money, number, percent

__all__ = ["effect_name", "sentence", "told"]

_say = partial(say_of, "cause")


def sentence(facts: Facts, language: str = "en") -> str:
    """Return the sentence of a cause. Raises BadInput for a language that has no texts."""
    cost = cost_text(facts, language)
    if facts["what"] == "rest":
        return _say("rest", language, cost=cost)
    text = _say(
        "sentence",
        language,
        where=_where(facts, language),
        what=_what(facts, language),
        when=when_text(facts, language),
        why=_why(facts, language),
        beside=_beside(facts, language),
        cost=cost,
    )
    # Korean has no word for any usage: its place is empty.
    return " ".join(text.split())


def told(cause: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """Return a cause as `find` keeps it, with sentence and changes as texts instead of facts.

    What earlier versions kept in the store has them as English texts, and no facts.
    """
    if "facts" not in cause:
        return dict(cause)
    texts = {
        "sentence": sentence(cause["facts"], language),
        **{name: value for name, value in cause.items() if name != "facts"},
    }
    return texts | {"changes": [_change(one, language) for one in cause["changes"]]}


def effect_name(effect: str, language: str = "en") -> str:
    """Return what readers call usage, price, mix, coverage and other."""
    return _say(effect, language)


def _where(facts: Facts, language: str) -> str:
    text = facts["service"] or _say("several_services", language)
    if facts["region"]:
        text += _say("in_region", language, region=facts["region"])
    if facts["account"]:
        text += _say("of_account", language, account=facts["account"])
    if facts["team"] == "unowned":
        text += _say("no_team", language)
    elif facts["team"]:
        text += _say("for_team", language, team=facts["team"])
    return text


def _what(facts: Facts, language: str) -> str:
    mostly = facts["mostly"] and _say("mostly", language, mostly=facts["mostly"])
    return _say(
        _key(facts),
        language,
        last_use=day_text(facts["last_use"], language),
        thing=facts["thing"] or _say("any_thing", language),
        machines=number(abs(Decimal(facts["machines"] or 0))),
        share=percent(Decimal(facts["share"] or 0)),
        mostly=mostly,
    )


def _key(facts: Facts) -> str:
    """Return the text that says what changed."""
    what = facts["what"]
    if what in ("new", "again"):
        return f"{what}_machines" if facts["machines"] else what
    if what == "gone":
        return "gone" if facts["state"] == "open" else "gone_for_a_time"
    way = "up" if facts["rises"] else "down"
    what = "coverage" if what == "expiry" else what
    return f"machines_{way}" if facts["machines"] else f"{what}_{way}"


def _why(facts: Facts, language: str) -> str:
    """Return which commitment covers more than before, or less, expired or is full."""
    kind = facts["commitment"] and _say(facts["commitment"], language)
    if facts["is_full"]:
        return _say("is_full", language, kind=kind)
    if facts["what"] == "expiry":
        ended = day_text(facts["ended"], language)
        return _say("expired", language, kind=kind, id=facts["commitment_id"], ended=ended)
    if facts["what"] != "coverage":
        return ""
    if not kind:
        return _say("no_commitment", language)
    key = "covers_less" if facts["rises"] else "covers_more"
    return _say(key, language, kind=kind, id=facts["commitment_id"])


def _beside(facts: Facts, language: str) -> str:
    effects = [
        _say(
            "effect",
            language,
            money=money(Decimal(value), facts["currency"], 0, signed=True),
            name=effect_name(name, language),
        )
        for name, value in facts["beside"].items()
    ]
    return _say("beside", language, effects=_say("and", language).join(effects)) if effects else ""


def _change(change: Mapping[str, str], language: str) -> str:
    actor = change["actor"] or _say("nobody", language)
    return _say("change", language, event=change["event"], actor=actor, time=change["time"])
