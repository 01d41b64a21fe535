"""Know a bill's columns and tag keys, however an export writes them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

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


def own_texts(
    written: Iterable[str], prefixes: Sequence[str], otherwise: str = ""
) -> dict[str, str]:
    """Return each tag key without the first of the `prefixes`, else without `otherwise`, it has.

    Where two keys would be one, they keep what was put before them, but for `otherwise`.
    """
    short = {key: _without(key, [*prefixes, otherwise]) for key in set(written)}
    counts = Counter(short.values())
    return {
        key: text if counts[text] == 1 else _without(key, [otherwise])
        for key, text in short.items()
    }


def key_names(texts: Iterable[str]) -> dict[str, str]:
    """Return our name of each tag key: in words, as Athena writes them.

    Keys that would have one name (`Name` and `name`), or can't have one, keep their own text.
    """
    spellings = defaultdict(set)
    for text in texts:
        spellings[_in_words(text)].add(text)
    return {
        text: name if name and len(found) == 1 and text.isascii() else text
        for name, found in spellings.items()
        for text in found
    }


def twin_names(texts: Iterable[str]) -> set[str]:
    """Return the Athena names that more than one of these tag keys has."""
    counts = Counter(athena_name(text) for text in set(texts))
    return {name for name, count in counts.items() if count > 1}


def _without(key: str, prefixes: Sequence[str]) -> str:
    found = (one for one in prefixes if key.startswith(one) and key != one)
    return key.removeprefix(next(found, ""))


def _in_words(text: str) -> str:
    """Return a key as Athena writes it, but `APIKey` as `api_key` and not as `a_p_i_key`."""
    letters = r"(?<![^_])([a-z])(?:_[a-z])+(?![^_])"
    return re.sub(letters, lambda run: run[0].replace("_", ""), athena_name(text))
