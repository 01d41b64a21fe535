"""Two parts of a month are apart, or one counts in the place of the other, or nobody can tell."""

import duckdb
import pytest

from finops.ingest.overlap import Overlap, overlaps, verdict


def overlap(rows):
    """The overlap of the parts `a` and `b`; a row is (part, account, line, rest, cost, invoiced)."""
    con = duckdb.connect()
    con.execute(
        "create table part_lines (part varchar, account varchar, line ubigint, "
        "all_of_it ubigint, line_id ubigint, is_cost boolean, is_invoiced boolean, "
        "coarse_line ubigint default 0, has_resource boolean default true)"
    )
    for part, account, line, rest, cost, invoiced, *line_id in rows:
        values = [part, account, line, line * 1000 + rest, *(line_id or [None]), cost, invoiced]
        con.execute("insert into part_lines values (?, ?, ?, ?, ?, ?, ?, default, default)", values)
    found = overlaps(con)
    return found[0] if found else Overlap("a", "b")


def part(name, lines, rest=0, account="1", invoiced=False):
    return [(name, account, line, rest, True, invoiced) for line in lines]


@pytest.mark.parametrize(
    ("older", "newer", "word"),
    [
        (part("a", [1, 2]), part("b", [3]), "apart"),
        (part("a", [1, 2]), part("b", [1, 2, 3], rest=1), "replaced"),
        (part("a", [1, 2, 3]), part("b", [1, 2]), "within"),
        (part("a", [1, 2, 3]), part("b", [1, 2], rest=1), "unclear"),
        (part("a", [1, 2, 3, 4]), part("b", [4, 5, 6]), "unclear"),
        # A younger part with fewer rows of the same lines holds less.
        (part("a", [1, 1, 2]), part("b", [1, 2], rest=1), "unclear"),
        (part("a", [1], invoiced=True), part("b", [1], rest=1), "pro forma"),
        (part("a", [1]), part("b", [1], rest=1, invoiced=True), "replaced"),
        (part("a", [1]) + part("a", [2], account="2"), part("b", [1], rest=1), "accounts"),
    ],
)
def test_lines_tell_which_part_counts(older, newer, word):
    assert verdict(overlap(older + newer)) == word


def test_same_lines_at_other_costs_of_one_time_are_unclear():
    one = overlap(part("a", [1, 2]) + part("b", [1, 2], rest=1))
    assert verdict(one, same_age=True) == "unclear"
    assert verdict(overlap(part("a", [1]) + part("b", [1])), same_age=True) == "replaced"


def test_chunks_may_share_a_line_of_two_price_tiers_but_no_equal_one():
    tiers = overlap(part("a", [1, 2, 3]) + part("b", [3, 4, 5], rest=1))
    assert verdict(tiers, are_chunks=True) == "apart"
    assert verdict(tiers) == "unclear"
    equal = overlap(part("a", [1, 2, 3]) + part("b", [3, 4, 5]))
    assert verdict(equal, are_chunks=True) == "unclear"


def test_chunks_whose_lines_have_ids_of_their_own_are_apart():
    first, second = part("a", [1, 2]), part("b", [1, 2], rest=1)
    own = overlap([(*row, n) for n, row in enumerate(first + second)])
    assert verdict(own, same_age=True, are_chunks=True) == "apart"
    assert verdict(own, same_age=True) == "unclear"
    # One id for two lines: a version of the other, and nobody can tell which.
    same = overlap([(*row, row[2]) for row in first + second])
    assert verdict(same, same_age=True, are_chunks=True) == "unclear"


def test_hourly_and_daily_exports_of_the_same_days_are_unclear():
    assert verdict(Overlap("a", "b", is_other_grain=True)) == "unclear"
