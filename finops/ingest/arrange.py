"""Decide which parts of a month count where several hold the same lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Resolution", "resolve"]


@dataclass
class Resolution:
    """What became of the parts of one month: `out` names why a part doesn't count, and for which.

    `unclear` are the pairs of which nobody can tell whether both count.
    """

    out: dict[str, tuple[str, str]] = field(default_factory=dict)
    unclear: list[tuple[str, str]] = field(default_factory=list)


def resolve(
    parts: Iterable[str],
    verdicts: Mapping[tuple[str, str], str],
    accounts: Mapping[str, Iterable[Any]],
) -> Resolution:
    """Return which of `parts`, oldest first, count.

    `verdicts` tells what an older part and a newer one are to each other where they aren't apart,
    `accounts` whose lines a part holds.
    """
    newer: dict[str, dict[str, str]] = defaultdict(dict)
    for (older, one), word in verdicts.items():
        newer[older][one] = word
    found, order = Resolution(), list(parts)
    for older in reversed(order):
        words = {one: word for one, word in newer[older].items() if one not in found.out}
        whole = next((one for one, word in words.items() if word == "replaced"), None)
        some = [one for one, word in words.items() if word == "accounts"]
        covered = {account for one in some for account in accounts[one]}
        if whole or (some and set(accounts[older]) <= covered):
            found.out[older] = ("replaced", whole or some[0])
    for older in order:
        for one, word in newer[older].items():
            if word in ("within", "pro forma") and not {older, one} & found.out.keys():
                found.out[one] = (word, older)
    found.unclear = [
        pair
        for pair, word in verdicts.items()
        if word in ("unclear", "accounts") and not set(pair) & found.out.keys()
    ]
    return found
