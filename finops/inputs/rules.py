"""Turn rules.csv into patterns that are compared with each value of a bill once."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator

from finops.csv_input import Name, Whole, check_unique
from finops.errors import BadInput
from finops.inputs.owner_lines import Owner, overlap
from finops.names import account_id, account_keys, folded, match_key, split_bars

# What a rule looks at and where owners.owner_keys holds it; what tells the most apart comes first.
MATCHED = {
    "resource_id": "resource_id",
    "tag": "tags",
    "cost_category": "x_cost_categories",
    "usage_type": "x_usage_type",
    "operation": "x_operation",
    "sub_account_id": "sub_account_id",
    "service_code": "x_service_code",
    "region_id": "region_id",
    "line_item_type": "x_line_item_type",
}
_WITH_KEY = ("tag", "cost_category")
# A backslash takes the meaning of the mark behind it.
_ESCAPED, _WILD = re.compile(r"\\([|*?])"), re.compile(r"(?<!\\)[*?]")
_LIKE = re.compile(r"\\(?P<literal>[|*?])|(?P<wild>[*?])|(?P<special>[!%_])")


class Rule(Owner):
    """A pattern over charges and the owner it gives them."""

    rule_id: Name
    priority: Whole
    sub_account_id: Annotated[str, AfterValidator(account_id)] = ""
    service_code: str = ""
    usage_type: str = ""
    operation: str = ""
    region_id: str = ""
    resource_id: str = ""
    tag: str = ""
    cost_category: str = ""
    line_item_type: str = ""


class Pattern(NamedTuple):
    """One alternative of one column of a rule: `attribute` is the column, with a tag its key too.

    `text` is the value itself, or with wildcards a LIKE pattern with `!` as escape. A value of a
    tag or cost category is in lower case: people write them, and AWS everything else.
    """

    attribute: str
    text: str
    is_exact: bool


def check_rules(path: Path, rules: list[Rule]) -> None:
    """Raise BadInput, with file and line, for a rule that nobody could mean or decide."""
    check_unique(path, rules, lambda rule: rule.rule_id)
    for rule in rules:
        for column in MATCHED:
            _check_alternatives(path, rule, column)
        if all(_says_nothing(rule, column) for column in MATCHED):
            raise BadInput(f"{path} line {rule.line}: the rule matches every charge; narrow it.")
    _check_conflicts(path, rules)


def patterns(rule: Rule) -> dict[str, list[Pattern]]:
    """Return the alternatives of each column that the rule asks for, the most telling first."""
    asked = {column: _alternatives(rule, column) for column in MATCHED}
    return {
        column: [_pattern(column, one) for text in alternatives for one in _values(column, text)]
        for column, alternatives in asked.items()
        if alternatives and "*" not in alternatives
    }


def in_order(rules: list[Rule]) -> list[Rule]:
    """Return the rules as they are asked: by priority, then as the file has them."""
    return sorted(rules, key=lambda rule: (rule.priority, rule.line))


def pattern_rows(rules: list[Rule]) -> Iterator[dict[str, Any]]:
    """Yield one row of mappings.rule_patterns per rule, column and alternative."""
    for rank, rule in enumerate(in_order(rules), start=1):
        for place, (column, alternatives) in enumerate(patterns(rule).items(), start=1):
            for one in dict.fromkeys(alternatives):
                yield {
                    "x_rank": rank,
                    "x_column": column,
                    "x_place": place,
                    "x_attribute": one.attribute,
                    "x_pattern": one.text,
                    "x_is_exact": one.is_exact,
                }


def _alternatives(rule: Rule, column: str) -> list[str]:
    """Return what the column lists, `*` for any run of stars."""
    text: str = getattr(rule, column)
    return [re.sub(r"(?<!\\)\*+", "*", one) for one in split_bars(text)] if text else []


def _check_alternatives(path: Path, rule: Rule, column: str) -> None:
    alternatives = _alternatives(rule, column)
    if "" in alternatives:
        raise BadInput(
            f"{path} line {rule.line}: {column} {getattr(rule, column)!r} has nothing on one side "
            "of a |; remove the | or write what it stands for."
        )
    for one in alternatives if column in _WITH_KEY else []:
        key, equals, value = map(str.strip, one.partition("="))
        if not (match_key(key) and equals and value) or _WILD.search(key):
            raise BadInput(
                f"{path} line {rule.line}: {column} {one!r} is not key=value, such as "
                "project=search*; key=* is any value, and the key is written out."
            )


def _says_nothing(rule: Rule, column: str) -> bool:
    """Return whether the column is empty or an alternative of it is wildcards alone."""
    alternatives = _alternatives(rule, column)
    return not alternatives or any(not _WILD.sub("", one) for one in alternatives)


def _check_conflicts(path: Path, rules: list[Rule]) -> None:
    """Refuse rules of one priority that ask the same on the same days and give another owner."""
    alike: dict[object, list[Rule]] = defaultdict(list)
    for rule in in_order(rules):
        asked = {column: frozenset(found) for column, found in patterns(rule).items()}
        others = alike[rule.priority, frozenset(asked.items())]
        for other in others:
            if overlap(rule, other) and _gives(rule) != _gives(other):
                raise BadInput(
                    f"{path} line {rule.line}: {rule.rule_id!r} matches the same as "
                    f"{other.rule_id!r} on line {other.line}, on the same days, and gives another "
                    "owner; change the priority or the days of one."
                )
        others.append(rule)


def _gives(rule: Rule) -> tuple[str, ...]:
    return rule.service, rule.team, rule.environment, rule.cost_centre


def _values(column: str, text: str) -> list[str]:
    return account_keys(text) if column == "sub_account_id" else [text]


def _pattern(column: str, text: str) -> Pattern:
    if column not in _WITH_KEY:
        return Pattern(column, *_like(text))
    key, _, value = map(str.strip, text.partition("="))
    return Pattern(f"{column}:{match_key(key)}", *_like(folded(value)))


def _like(text: str) -> tuple[str, bool]:
    if not _WILD.search(text):
        return _ESCAPED.sub(r"\1", text), True
    return _LIKE.sub(_like_mark, text), False


def _like_mark(found: re.Match[str]) -> str:
    if found["wild"]:
        return "%" if found["wild"] == "*" else "_"
    return found["literal"] or f"!{found['special']}"
