"""The owner that a line of a mapping file gives, and the days on which it does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from finops.csv_input import Day, Row, check_known
from finops.errors import BadInput

ALWAYS = date(1, 1, 1), date(9999, 12, 31)


class Owner(Row):
    """Whose a charge is, from the day `valid_from` to the day before `valid_to`."""

    service: str = ""
    team: str = ""
    environment: str = ""
    cost_centre: str = ""
    valid_from: Day = None
    valid_to: Day = None
    author: str = ""
    note: str = ""


OwnerType = TypeVar("OwnerType", bound=Owner)


def check_owners(
    path: Path, owners: Iterable[Owner], teams: Iterable[str], service_teams: Mapping[str, str]
) -> None:
    """Raise BadInput for an unknown team or service, no owner at all, or days that end too early.

    `service_teams` is the team of each service.
    """
    for one in owners:
        where = f"{path} line {one.line}"
        check_known(path, one.line, "team", one.team, teams)
        check_known(path, one.line, "service", one.service, service_teams)
        if not (one.team or one.service):
            raise BadInput(f"{where}: neither team nor service is given; name one.")
        if one.valid_from and one.valid_to and one.valid_to <= one.valid_from:
            raise BadInput(f"{where}: valid_to {one.valid_to} is not after {one.valid_from}.")


def check_no_overlap(
    path: Path, owners: Iterable[OwnerType], key: Callable[[OwnerType], str]
) -> None:
    """Raise BadInput if two lines give one `key` an owner on the same day."""
    lines = defaultdict(list)
    for one in owners:
        lines[key(one)].append(one)
    for name, found in lines.items():
        for first, second in pairwise(sorted(found, key=days)):
            if overlap(first, second):
                raise BadInput(
                    f"{path} line {second.line}: {name!r} has an owner on the same days on line "
                    f"{first.line}; end one by valid_to before the other's valid_from."
                )


def days(owner: Owner) -> tuple[date, date]:
    """Return the first day on which the line holds and the first on which it no longer does."""
    return owner.valid_from or ALWAYS[0], owner.valid_to or ALWAYS[1]


def overlap(one: Owner, other: Owner) -> bool:
    """Return whether both lines hold on some day."""
    return days(one)[0] < days(other)[1] and days(other)[0] < days(one)[1]


def owner_values(owner: Owner, service_teams: Mapping[str, str]) -> dict[str, Any]:
    """Return the owner columns of a table in `mappings`; a service alone gives its team."""
    valid_from, valid_to = days(owner)
    return {
        "x_service": owner.service or None,
        "x_team": owner.team or service_teams[owner.service],
        "x_environment": owner.environment or None,
        "x_cost_centre": owner.cost_centre or None,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
