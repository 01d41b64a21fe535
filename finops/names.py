"""Know a team, service, environment or cost centre however somebody spells it."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from finops.errors import BadInput

# Spaces of no width, marks of direction and of the order of bytes.
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")

# Digits that are left of 12 when the leading zeros are gone; most have one or two.
_SHORT_ACCOUNT = range(9, 12)


class Named(NamedTuple):
    """A name of one dimension and its other spellings, separated by `|`, with file and line."""

    dimension: str
    value: str
    aliases: str
    path: Path
    line: int


def folded(text: str) -> str:
    """Return text without what keyboards differ in: case, width, kind of space, parts of letters.

    A Mac writes Korean in parts, and some keyboards a no-break space or full-width letters.
    """
    whole = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).lower()
    return " ".join(whole.split())


def match_key(name: str) -> str:
    """Return `name` as names are compared: `Base Load`, `base-load` and `BaseLoad` are one."""
    return re.sub(r"[\s._-]+", "", folded(name))


def account_keys(account: str) -> list[str]:
    """Return what an account of a mapping is called in a bill, in lower case.

    A spreadsheet takes the zeros off an AWS account, which has 12 digits; no provider but AWS has
    to have 12, so the number stands for itself too. Some providers write an id in either case.
    """
    key = account.strip().lower()
    is_short = len(key) in _SHORT_ACCOUNT and key.isascii() and key.isdigit()
    return [key.zfill(12), key] if is_short else [key]


def account_id(value: str) -> str:
    """Return an account as it is written; ValueError for one that a spreadsheet has cut."""
    if re.search(r"\d[.,]?\d*E\+\d", value, re.IGNORECASE):
        raise ValueError("a spreadsheet has cut the number; write all its digits")
    return value


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
