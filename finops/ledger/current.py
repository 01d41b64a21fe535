"""Tell which deliveries of a month count, so that no payer's bill is counted twice or lost."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from finops.errors import BadSource

Record = dict[str, Any]


def mark_current(records: Iterable[Record]) -> None:
    """Mark each record `current` or `superseded`, and name the delivery before it.

    A delivery is superseded once newer ones of its month hold all its payers, whatever export they
    come from. `previous_delivery_id` is the newest older one of the same payers.
    """
    months: dict[str, list[Record]] = defaultdict(list)
    for record in sorted(records, key=_age, reverse=True):
        newer = months[record["billing_period"]]
        accounts = set[str]().union(*map(payers, newer))
        record["status"] = "superseded" if payers(record) <= accounts else "current"
        record["previous_delivery_id"] = None
        next_one = next((one for one in reversed(newer) if payers(one) == payers(record)), None)
        if next_one:
            next_one["previous_delivery_id"] = record["delivery_id"]
        newer.append(record)


def check_apart(records: Iterable[Record]) -> None:
    """Raise BadSource where two deliveries of a month that count may bill the same usage.

    They share some payers and not all, or one of them names no payer.
    """
    current = sorted((one for one in records if one["status"] == "current"), key=_age)
    for older, newer in combinations(current, 2):
        is_unknown = "" in payers(older) | payers(newer)
        if older["billing_period"] == newer["billing_period"] and (
            is_unknown or payers(older) & payers(newer)
        ):
            raise BadSource(_overlap(older, newer))


def payers(record: Record) -> frozenset[str]:
    """Return the payer accounts of a delivery; the empty one stands for a bill that names none."""
    return frozenset(record["billing_account_ids"].split("+"))


def _age(record: Record) -> tuple[str, str, str]:
    return record["delivered_at"], record["loaded_at"], record["delivery_id"]


def _overlap(older: Record, newer: Record) -> str:
    period = older["billing_period"]
    return (
        f"Two deliveries of {period} may bill the same usage: {_named(older)}, and the newer "
        f"{_named(newer)}, which doesn't replace all of it. Load the newest bill of every payer in "
        f"them, or remove one of the folders delivery={older['delivery_id']} and "
        f"delivery={newer['delivery_id']} in warehouse/charges/billing_period={period}."
    )


def _named(record: Record) -> str:
    accounts = record["billing_account_ids"].replace("+", " and ")
    payer = f"of payer {accounts}" if accounts else "which names no payer"
    return f"{record['source']} ({record['format']} {payer})"
