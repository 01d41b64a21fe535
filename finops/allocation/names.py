"""Know a team, service, environment or cost centre however somebody spells it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from finops.errors import BadInput


class Named(NamedTuple):
    """A name of one dimension and its other spellings, separated by `|`, with file and line."""

    dimension: str
    value: str
    aliases: str
    path: Path
    line: int


def match_key(name: str) -> str:
    """Return `name` as names are compared: `Base Load`, `base-load` and `BaseLoad` are one."""
    return re.sub(r"[\s._-]+", "", name).lower()


def split_bars(text: str) -> list[str]:
    """Return what stands between the bars of a cell; one behind a backslash is text."""
    return [one.strip() for one in re.split(r"(?<!\\)\|", text)]


def spellings(names: Iterable[Named]) -> dict[tuple[str, str], str]:
    """Return the name that each dimension and spelling, as `match_key` writes it, means.

    Raises BadInput for a spelling that means two names.
    """
    known: dict[tuple[str, str], str] = {}
    for one in names:
        aliases = [alias.replace("\\|", "|") for alias in split_bars(one.aliases) if alias]
        for spelling in (one.value, *aliases):
            key = one.dimension, match_key(spelling)
            if known.setdefault(key, one.value) != one.value:
                raise BadInput(
                    f"{one.path} line {one.line}: {spelling!r} already means {known[key]!r}."
                )
    return known
