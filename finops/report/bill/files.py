"""Print what became of the files below a source."""

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape

from finops.ingest.file_accounts import OPEN
from finops.report.kit.terminal import new_table
from finops.text import MISSING, is_missing, number, plain

__all__ = ["built", "files", "summary"]


def summary(found: pd.DataFrame) -> str:
    """Return in one line how many files became what."""
    counts = found["status"].value_counts()
    parts = [f"{number(count)} {status}" for status, count in counts.items()]
    return f"{number(len(found))} files: {', '.join(parts)}. Each: finops files"


def built(found: pd.DataFrame, odd: str) -> str:
    """Return what to say after a build: nothing holds over a file that nobody has explained."""
    unexplained = found[found["status"].isin(OPEN)]
    if unexplained.empty:
        return f"Built; every promise holds{odd}. Next: finops status"
    first = plain(unexplained["file"].iloc[0], 200)
    more = f" and {len(unexplained) - 1} more" if len(unexplained) > 1 else ""
    return (
        f"Built from what could be taken{odd}. Not explained: {first}{more}. "
        "What became of each file: finops files"
    )


def files(found: pd.DataFrame) -> RenderableType:
    """Return one line per file of `Warehouse.files`: status, rows, days, accounts and sum."""
    if found.empty:
        return "No source was loaded yet. Next: finops load SOURCE"
    table = new_table("file", "status", "rows:", "days", "accounts:", "sum:", "", tight=True)
    for one in found.to_dict("records"):
        first, last = one["first_charge_date"], one["last_charge_date"]
        days = MISSING if is_missing(first) else f"{first} to {last}"
        known = not is_missing(one["source_unblended_cost"])
        table.add_row(
            escape(plain(one["file"], 200)),
            escape(" ".join(filter(None, [one["status"], plain(one["detail"], 200)]))),
            MISSING if is_missing(one["source_rows"]) else number(one["source_rows"]),
            days,
            number(len(one["sub_account_ids"])) if known else MISSING,
            number(pd.to_numeric(one["source_unblended_cost"]), 2) if known else MISSING,
            " ".join(one["billing_currencies"]),
        )
    return Group(table, summary(found))
