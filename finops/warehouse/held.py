"""Hold back months that can't be built right, so that the others are built all the same."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import duckdb

from finops.errors import BadSource
from finops.ingest.current import check_apart, mark_current

Record = dict[str, Any]


def uncombined_months(records: list[Record]) -> dict[str, str]:
    """Return the months whose deliveries can't be put together, and why."""
    months: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        months[record["billing_period"]].append(record)
    held = {}
    for period, found in sorted(months.items()):
        try:
            check_apart(found)
        except BadSource as error:
            held[period] = str(error)
    return held


def usable(
    records: list[Record], held: Collection[str], last: duckdb.DuckDBPyConnection | None
) -> list[Record]:
    """Return what a build reads: of a month held back, only what the last build had read of it."""
    if not held:
        return records
    built = _built(last) if last else set()
    kept = [
        dict(one)
        for one in records
        if one["billing_period"] in held and one["delivery_id"] in built
    ]
    mark_current(kept)
    return [one for one in records if one["billing_period"] not in held] + kept


def held_text(held: Mapping[str, str], months: Collection[str]) -> str:
    """Say why months are held back; `months` are those that the tables have all the same."""
    reasons = dict.fromkeys(held.values())
    lines = [
        f"{', '.join(period for period in sorted(held) if held[period] == why)} not built. {why}"
        for why in reasons
    ]
    kept, left_out = sorted(held.keys() & set(months)), sorted(held.keys() - set(months))
    others = sorted(set(months) - held.keys())
    return "\n".join(
        [
            *lines,
            *([f"As it was built last: {', '.join(kept)}."] if kept else []),
            *([f"Left out of every table: {', '.join(left_out)}."] if left_out else []),
            *([f"Built all the same: {', '.join(others)}."] if others else []),
        ]
    )


def _built(last: duckdb.DuckDBPyConnection) -> set[str]:
    try:
        return {
            row[0] for row in last.execute("select delivery_id from ledger.deliveries").fetchall()
        }
    except duckdb.CatalogException:
        return set()
