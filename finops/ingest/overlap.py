"""Tell whether two parts of a month hold the same lines, and which of them then counts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from finops.sql import read_query

__all__ = ["Overlap", "all_but", "overlaps", "verdict"]

# Most of one part's lines in another: it is the same bill again, in whatever version.
_MOST = 0.5


@dataclass(frozen=True)
class Overlap:
    """How far the parts `older` and `newer` of one month hold the same lines.

    A line is known by account, type, start, service, usage type, operation, zone and resource: so a
    line whose cost was corrected is the same line. `same` counts such lines in both, `equal` those
    that are the same in all that the bill says, `equal_cost` those of them that cost something,
    and `same_ids` counts the ids that stand in both.
    `older_of_newer` counts the older part's lines of the accounts that the newer one holds.
    """

    older: str
    newer: str
    older_lines: int = 0
    newer_lines: int = 0
    older_rows: int = 0
    newer_rows: int = 0
    same: int = 0
    equal: int = 0
    equal_cost: int = 0
    same_ids: int = 0
    # Whether every line of both has an id, which is of that line in that file.
    have_ids: bool = False
    older_of_newer: int = 0
    newer_of_older: int = 0
    older_invoiced: int = 0
    newer_invoiced: int = 0
    # Lines that both have of an account, but under another payer.
    same_elsewhere: int = 0
    # Whether both hold usage of one account that can't be compared line by line.
    is_other_grain: bool = False

    def turned(self) -> "Overlap":
        """Return the same with the two parts in each other's place."""
        return replace(
            self,
            older=self.newer,
            newer=self.older,
            older_lines=self.newer_lines,
            newer_lines=self.older_lines,
            older_rows=self.newer_rows,
            newer_rows=self.older_rows,
            older_of_newer=self.newer_of_older,
            newer_of_older=self.older_of_newer,
            older_invoiced=self.newer_invoiced,
            newer_invoiced=self.older_invoiced,
        )


def verdict(one: Overlap, *, same_age: bool = False, are_chunks: bool = False) -> str:
    """Return what two parts of a month are to each other.

    - `apart`: they hold other lines and add up.
    - `replaced`: the newer holds every line of the older, and counts in its place.
    - `within`: every line of the newer is in the older, equal to the last digit.
    - `accounts`: the newer replaces the older for the accounts that it holds.
    - `pro forma`: the newer was never invoiced and shows accounts that the older one's invoices do.
    - `unclear`: nobody can tell from the files.

    `same_age` is true where the files' times don't tell which is newer, `are_chunks` where their
    names and times say that one export wrote them side by side.
    """
    if one.is_other_grain:
        return "unclear"
    if not one.same and _is_most(one.same_elsewhere, min(one.older_lines, one.newer_lines)):
        return _of_other_payers(one)
    # Tags and price tiers make several lines of one; with ids of their own they are that.
    if not one.same or (are_chunks and one.have_ids and not one.same_ids and not one.equal):
        return "apart"
    if one.older_invoiced and not one.newer_invoiced and _is_most(one.same, one.newer_lines):
        return "pro forma"
    covers = one.same == one.older_lines and one.newer_rows >= one.older_rows
    if covers and same_age and one.same == one.newer_lines and one.equal < one.older_rows:
        # Both hold the same lines at other costs, and nothing says which came later.
        return "unclear"
    if covers:
        return "replaced"
    if one.equal == one.newer_rows:
        return "within"
    if not same_age and one.same == one.older_of_newer and one.older_of_newer < one.older_lines:
        return "accounts"
    is_version = _is_most(one.same, one.older_lines) or _is_most(one.same, one.newer_lines)
    # Lines of one price tier and the next are the same line twice, with other costs.
    return "apart" if are_chunks and not is_version and not one.equal_cost else "unclear"


def overlaps(con: duckdb.DuckDBPyConnection) -> list[Overlap]:
    """Return the overlap of each two parts in the table `part_lines` that share a line.

    And of each two that can't be compared because only one names its resources, or tells usage by
    the hour, and that share lines but for the payer. Reads `part_lines`: part, payer, account,
    line, coarse_line, account_line, all_of_it, line_id, usage (hashes), has_resource, is_cost,
    is_invoiced, grain (hour, day or month), charge_start, charge_end.
    """
    found = {(one.older, one.newer): one for one in _rows(con, "payer_overlaps")}
    found |= {(one.older, one.newer): one for one in _rows(con, "overlaps")}
    for one in [*_rows(con, "coarse_overlaps"), *_rows(con, "grain_overlaps")]:
        found[one.older, one.newer] = replace(one, is_other_grain=True)
    return list(found.values())


def all_but(columns: Iterable[str]) -> str:
    """Return SQL that selects all columns, and nothing in those that only some parts have."""
    nothing = ", ".join(f"cast(null as varchar) as {name}" for name in columns)
    return f"* replace ({nothing})" if nothing else "*"


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[Overlap]:
    result = con.execute(read_query("finops.ingest", query))
    names = [column[0] for column in result.description or []]
    return [Overlap(**dict(zip(names, row, strict=True))) for row in result.fetchall()]


def _of_other_payers(one: Overlap) -> str:
    """Return what two bills of an account under two payers are; a pro forma bill may name another.

    Of what each payer has an invoice both count: an account may have moved. Where neither has one,
    as in an open month, nothing tells which is the bill.
    """
    if one.older_invoiced and one.newer_invoiced:
        return "apart"
    if one.older_invoiced:
        return "pro forma"
    return "replaced" if one.newer_invoiced else "unclear"


def _is_most(same: int, lines: int) -> bool:
    return same > lines * _MOST
