"""Tell which deliveries of a month count, so that no bill is counted twice or lost."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any

from finops.errors import BadSource
from finops.ingest.arrange import Resolution, resolve
from finops.ingest.decisions import LEAVE, TAKE
from finops.ingest.relations import age, payers

__all__ = ["check_apart", "mark_current", "overlapping"]

Record = dict[str, Any]
_DOUBTS = {"unclear", "accounts"}


def mark_current(records: Iterable[Record]) -> None:
    """Mark each record `current`, `superseded` or `set aside`, and name the delivery before it.

    Those of which `decision` says `leave` are set aside. Of the others, each says what it is to
    those that were there when it was loaded (`relations`): what newer ones hold whole is
    superseded, and `superseded_by` one that counts; where nobody can tell, those of which it was
    decided to `take` them count beside the others. `previous_delivery_id` is the newest older one
    that a delivery replaces.
    """
    months: dict[str, list[Record]] = defaultdict(list)
    for record in sorted(records, key=age):
        record["status"] = "set aside" if record.get("decision") == LEAVE else "current"
        record["previous_delivery_id"] = record["superseded_by"] = None
        months[record["billing_period"]].append(record)
    for month in months.values():
        _mark_month(month)


def _mark_month(month: list[Record]) -> None:
    used = [one for one in month if one["status"] == "current"]
    verdicts = _verdicts(used)
    found = resolve(
        [one["delivery_id"] for one in used],
        verdicts,
        {one["delivery_id"]: _accounts(one) for one in used},
    )
    for one in used:
        if one["delivery_id"] in found.out:
            one["status"] = "superseded"
            one["superseded_by"] = _holder(one["delivery_id"], found)
    replaced = {"replaced", "accounts"}
    for older in used:
        for newer in used:
            word = verdicts.get((older["delivery_id"], newer["delivery_id"]))
            if word in replaced and payers(older) == payers(newer):
                newer["previous_delivery_id"] = older["delivery_id"]


def _holder(delivery_id: str, found: Resolution) -> str:
    while delivery_id in found.out:
        _, delivery_id = found.out[delivery_id]
    return delivery_id


def overlapping(
    records: Iterable[Record], doubts: Collection[str] = ("unclear", "accounts")
) -> list[tuple[Record, Record]]:
    """Return the pairs of deliveries that count and may bill the same usage, the older first.

    `accounts` are those of which the newer replaces a part of the older, until another brings the
    rest; `unclear` are those that only somebody who knows the bill can tell apart.
    """
    current = sorted((one for one in records if one["status"] == "current"), key=age)
    words = _verdicts(current)
    return [
        (older, newer)
        for older, newer in combinations(current, 2)
        if words.get((older["delivery_id"], newer["delivery_id"])) in doubts
    ]


def check_apart(records: Iterable[Record]) -> None:
    """Raise BadSource where two deliveries of a month that count may bill the same usage."""
    for older, newer in overlapping(records):
        raise BadSource(_overlap(older, newer))


def _verdicts(records: list[Record]) -> dict[tuple[str, str], str]:
    """Return what each two of the records, oldest first, are to each other where not apart."""
    words = {}
    for older, newer in combinations(records, 2):
        if older["billing_period"] == newer["billing_period"]:
            ids = older["delivery_id"], newer["delivery_id"]
            known = newer.get("relations", {}).get(ids[0]) or older.get("relations", {}).get(ids[1])
            words[ids] = known or _by_payers(older, newer)
            if words[ids] in _DOUBTS and TAKE in (older.get("decision"), newer.get("decision")):
                words[ids] = "apart"
    return {ids: word for ids, word in words.items() if word != "apart"}


def _by_payers(older: Record, newer: Record) -> str:
    """Return what two deliveries are to each other that were never compared by their lines."""
    old, new = payers(older), payers(newer)
    if old <= new:
        return "replaced"
    if "" in old | new:
        return "unclear"
    if new < old:
        return "accounts"
    return "unclear" if old & new else "apart"


def _accounts(record: Record) -> set[str]:
    return set(record.get("accounts") or payers(record))


def _overlap(older: Record, newer: Record) -> str:
    period, first = older["billing_period"], older["delivery_id"]
    return (
        f"Two deliveries of {period} may bill the same usage: {_named(older)}, and the newer "
        f"{_named(newer)}, which doesn't replace all of it. Load the newest bill of every payer in "
        f"them, or set one aside: finops decide {first} --as leave --reason WHY "
        f"(the newer is {newer['delivery_id']})."
    )


def _named(record: Record) -> str:
    accounts = record["billing_account_ids"].replace("+", " and ")
    payer = f"of payer {accounts}" if accounts else "which names no payer"
    return f"{record['source']} ({record['format']} {payer})"
