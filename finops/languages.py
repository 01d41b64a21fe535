"""Say things in the languages that reports are written in: `words/` has the texts of each.

A text has a surface, which is what it stands on, and a key. Values that it takes stand in braces.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from finops.errors import BadInput

__all__ = ["LANGUAGES", "known_language", "say", "texts"]

LANGUAGES = ("en", "ko")
_WORDS = Path(__file__).with_name("words")


def known_language(language: str) -> str:
    """Return a language that has texts. Raises BadInput for one that has none."""
    if language not in LANGUAGES:
        raise BadInput(f"{language!r} is no language of reports: {', '.join(LANGUAGES)}.")
    return language


def texts(surface: str, language: str) -> Mapping[str, str]:
    """Return the texts of a surface by key. Raises BadInput for a language that has none."""
    return _texts(known_language(language))[surface]


def say(surface: str, key: str, language: str, *values: str, **named: str) -> str:
    """Return a text of a surface in `language`, with its values filled in."""
    text = texts(surface, language)[key]
    return text.format(*values, **named) if values or named else text


@cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with (_WORDS / f"{language}.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["surface"], {})[row["key"]] = row["text"]
    return found
