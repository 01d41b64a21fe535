"""Find the words in names of resources, and the pattern that finds them again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from finops.names import match_key

__all__ = ["Phrase", "phrases", "wildcard"]

LONGEST = 4
ENVIRONMENTS = frozenset(
    {"dev", "develop", "development", "dr", "live", "prd", "prod", "production", "qa", "sandbox"}
    | {"stage", "staging", "stg", "test", "uat"}
)
# `OrderAPIHandler2` is Order, API, Handler, 2; Korean and other letters are words too.
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_a-zA-Z]+")
_GAP = re.compile(r"[\s._-]?")
_REGION = re.compile(
    r"\b[a-z]{2}(-gov|-iso[a-z]?)?-(north|south|east|west|central)[a-z]*-\d[a-z]?\b"
)
_ID = re.compile(r"#|\b[0-9a-f]{8,}\b")
_ARN = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:[^:]*:([^:/]*[:/](?=.))?")


@dataclass(frozen=True)
class Phrase:
    """Words in a row of some text: `key` as names are compared, `pattern` as a rule finds them."""

    key: str
    pattern: str


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the phrases of up to four words in a resource id, ARN or tag value.

    Ids, numbers, regions, words for environments, and what every ARN starts with are no words. A
    phrase ends where its words end, so its pattern for `search` doesn't find `opensearch`.
    """
    words = _words(text)
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST, len(words))):
            if last > first and not _GAP.fullmatch(text, words[last - 1][1], words[last][0]):
                break
            start, end = words[first][0], words[last][1]
            if pattern := _pattern(text, start, end):
                yield Phrase(match_key(text[start:end]), pattern)


@cache
def wildcard(text: str) -> str:
    """Return `text` as part of a pattern: what a pattern or a CSV file reads otherwise is a `?`."""
    return "".join(c if c.isprintable() and c not in "*|\\" else "?" for c in text)


def _words(text: str) -> list[tuple[int, int]]:
    head = _ARN.match(text)
    hidden = re.sub(_REGION, _blank, text)
    hidden = re.sub(_ID, _blank, hidden)
    found = _WORD.finditer(hidden, head.end() if head else 0)
    return [word.span() for word in found if word.group().lower() not in ENVIRONMENTS | {"aws"}]


def _blank(found: re.Match[str]) -> str:
    # Not a gap: a phrase never spans an id.
    return "#" * len(found.group())


def _pattern(text: str, start: int, end: int) -> str | None:
    """Return what finds these words again with the same letter before and after; None at an id."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if "#" in (before, after):
        return None
    left, right = ("*" if before else ""), ("*" if after else "")
    return left + wildcard(before + text[start:end] + after) + right
