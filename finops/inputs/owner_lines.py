"""The owner that a line of a mapping file gives, and the days on which it does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, TypeVar

from finops.csv_input import Day, Row, check_known
from finops.errors import BadInput

ALWAYS = date(1, 1, 1), date(9999, 12, 31)
Days = tuple[date, date]
# Who runs each service, and on which days.
ServiceTeams = Mapping[str, list[tuple[str, Days]]]


class Dated(Protocol):
    """A line of a file that holds from `valid_from` to the day before `valid_to`."""

    @property
    def line(self) -> int:
        """Its number in the file."""

    @property
    def valid_from(self) -> date | None:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The first day on which it no longer holds."""


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


DatedType = TypeVar("DatedType", bound=Dated)


def check_owners(
    path: Path, owners: Sequence[Owner], teams: Iterable[str], services: Iterable[str]
) -> None:
    """Raise BadInput for an unknown team or service, no owner at all, or days that end early."""
    for one in owners:
        check_known(path, one.line, "team", one.team, teams)
        check_known(path, one.line, "service", one.service, services)
        if not (one.team or one.service):
            raise BadInput(f"{path} line {one.line}: neither team nor service is given; name one.")
    check_days(path, owners)


def check_days(path: Path, rows: Iterable[Dated]) -> None:
    """Raise BadInput for a line that ends before it begins."""
    for one in rows:
        if one.valid_from and one.valid_to and one.valid_to <= one.valid_from:
            raise BadInput(
                f"{path} line {one.line}: valid_to {one.valid_to} is not after {one.valid_from}."
            )


def check_no_overlap(
    path: Path,
    rows: Iterable[DatedType],
    key: Callable[[DatedType], str],
    already: str = "has an owner on the same days",
) -> None:
    """Raise BadInput if two lines are about one `key` on the same day, and `already` does so."""
    lines = defaultdict(list)
    for one in rows:
        lines[key(one)].append(one)
    for name, found in lines.items():
        for first, second in pairwise(sorted(found, key=days)):
            if overlap(first, second):
                raise BadInput(
                    f"{path} line {second.line}: {name!r} {already} on line {first.line}; end one "
                    "by valid_to before the other's valid_from."
                )


def days(owner: Dated) -> Days:
    """Return the first day on which the line holds and the first on which it no longer does."""
    return owner.valid_from or ALWAYS[0], owner.valid_to or ALWAYS[1]


def overlap(one: Dated, other: Dated) -> bool:
    """Return whether both lines hold on some day."""
    return days(one)[0] < days(other)[1] and days(other)[0] < days(one)[1]


def newest(rows: Iterable[DatedType], key: Callable[[DatedType], str]) -> list[DatedType]:
    """Return the last line in time of each `key`, in the order of the file."""
    last = {key(one): one for one in sorted(rows, key=days)}
    return sorted(last.values(), key=lambda one: one.line)


def owner_rows(owner: Owner, service_teams: ServiceTeams) -> Iterator[dict[str, Any]]:
    """Yield the owner columns of a table in `mappings`; a service alone gives its team of a day."""
    first, last = days(owner)
    teams = [(owner.team, ALWAYS)] if owner.team else service_teams[owner.service]
    for team, (begins, ends) in teams:
        valid_from, valid_to = max(first, begins), min(last, ends)
        if valid_from < valid_to:
            yield {
                "x_service": owner.service or None,
                "x_team": team,
                "x_environment": owner.environment or None,
                "x_cost_centre": owner.cost_centre or None,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }


def gaps(held: list[Days]) -> list[Days]:
    """Return the days that none of `held`, in order and without overlap, has."""
    edges = [ALWAYS[0], *(day for one in held for day in one), ALWAYS[1]]
    between = zip(edges[::2], edges[1::2], strict=True)
    return [(first, last) for first, last in between if first < last]
