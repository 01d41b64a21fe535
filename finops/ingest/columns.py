"""Know a bill's columns and tag keys, however an export writes them."""

import re
from collections import defaultdict
from collections.abc import Iterable

# The text before a tag's or cost category's own key, in CSV, Parquet and dot-extracted headers.
_TAG_HEADER = re.compile(r"resource_?tags[/_.](.+)", re.IGNORECASE | re.DOTALL)
_CATEGORY_HEADER = re.compile(r"cost_?category[/_.](.+)", re.IGNORECASE | re.DOTALL)


def squashed(header: str) -> str:
    """Return a header without case and punctuation: all spellings of one column are the same.

    `lineItem/UsageAccountId`, `line_item_usage_account_id` and `lineitem_usageaccountid` are one.
    """
    return re.sub(r"[^a-z0-9]", "", header.lower())


def athena_name(header: str) -> str:
    """Return the name that AWS gives a CSV header in Parquet and Athena."""
    spaced = re.sub(r"([A-Z])", r"_\1", header).lower()
    return re.sub(r"[^a-z0-9]+", "_", spaced).strip("_")


def tag_of(header: str) -> str | None:
    """Return the tag key that a column holds, as its header writes it; None for another column."""
    found = _TAG_HEADER.fullmatch(header)
    return found[1] if found else None


def cost_category_of(header: str) -> str | None:
    """Return the cost category that a column holds; None for another column."""
    found = _CATEGORY_HEADER.fullmatch(header)
    return found[1] if found else None


def key_names(written: Iterable[str]) -> dict[str, str]:
    """Return our name of each tag key: as Athena writes it, without the `user_` of the exports.

    Keys that Athena would write as one (`Name` and `name`), or can't write, keep their own text.
    """
    keys = sorted(set(written))
    spellings = defaultdict(set)
    for key in keys:
        spellings[_athena_key(key)].add(_plain(key))
    return {key: _key_name(key, spellings) for key in keys}


def twin_names(written: Iterable[str]) -> list[str]:
    """Return the Athena names that more than one of these tag keys has."""
    spellings = defaultdict(set)
    for key in written:
        spellings[_athena_key(key)].add(_plain(key))
    return sorted(name for name, keys in spellings.items() if len(keys) > 1)


def _key_name(key: str, spellings: dict[str, set[str]]) -> str:
    name = _athena_key(key)
    is_kept_apart = len(spellings[name]) == 1 and key.isascii() and name
    return name if is_kept_apart else _plain(key)


def _athena_key(key: str) -> str:
    return athena_name(key).removeprefix("user_")


def _plain(key: str) -> str:
    return key.removeprefix("user:").removeprefix("user_")
