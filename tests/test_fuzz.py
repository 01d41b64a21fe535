"""Mutated bills, manifests and files of a company are read right or refused."""

from collections import Counter

from benchmarks.fuzz import FAILURES, READ, REFUSED, run


def test_no_mutation_is_lost_hangs_or_ends_in_a_traceback():
    found = list(run(range(96)))
    failed = [one for one in found if one[1] in FAILURES]
    assert failed == []
    counts = Counter(verdict for _, verdict, _ in found)
    # Both ends are tried.
    assert min(counts[READ], counts[REFUSED]) > 20
