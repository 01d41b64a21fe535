"""Say in sentences how far the loaded months can be trusted, and what their deliveries changed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from finops.ingest.deliveries import read_records
from finops.ingest.file_accounts import OPEN
from finops.ingest.renormalise import outdated
from finops.inputs.unread import unread
from finops.report.bill.series_gaps import series_gaps
from finops.sql import read_query
from finops.text import MISSING, is_missing, money, number, plain
from finops.warehouse.connect import Warehouse

__all__ = ["notes", "sentences"]

_NAMES = 6
_MONTHS = 3
_DAY_HOURS = 24


def notes(warehouse: Warehouse, *, now: datetime | None = None) -> tuple[str, ...]:
    """Return what the trust header of a warehouse means, the most important first.

    Ages are counted to `now` (UTC, without time zone), which is the present or the `as_of` of the
    warehouse.
    """
    as_of = warehouse.settings.as_of
    moment = now or as_of or datetime.now(tz=UTC).replace(tzinfo=None)
    trust, deliveries = warehouse.status(), warehouse.table("ledger.deliveries")
    changes = warehouse.table("marts.content_changes")
    return (
        *_as_of(warehouse, trust),
        *_open_files(warehouse.table("ledger.files")),
        *_set_aside(deliveries),
        *_outdated(warehouse),
        *_hours_to_come(warehouse),
        *sentences(trust, deliveries, changes, now=moment),
        *series_gaps(
            warehouse.table("business.series"),
            warehouse.table("business.series_gaps"),
            str(trust["billing_period"].min()),
            trust["x_last_charge_date"].max(),
        ),
        *unread(warehouse.settings.project),
    )


def sentences(
    trust: pd.DataFrame, deliveries: pd.DataFrame, changes: pd.DataFrame, *, now: datetime
) -> tuple[str, ...]:
    """Return the notes of marts.trust_header, ledger.deliveries and marts.content_changes."""
    months = trust.to_dict("records")
    # What went from the bills of two payers, or of two currencies, is named once.
    changes = changes.drop_duplicates(
        ["billing_period", "x_compared_with", "x_kind", "x_name", "x_change"]
    )
    current = deliveries[deliveries["status"] == "current"].sort_values("billing_period")
    return (
        *_freshness(months, now),
        *_finality(months),
        *_incomplete(months),
        *_last_deliveries(months),
        *_shrunk(months, changes[changes["x_compared_with"] == "previous delivery"]),
        *_formats(current),
        *_exports(deliveries),
        *_contents(changes[changes["x_compared_with"] == "month before"]),
        *_assumptions(current),
    )


def _as_of(warehouse: Warehouse, trust: pd.DataFrame) -> Iterable[str]:
    if warehouse.settings.as_of is None:
        return
    yield (
        f"As of {warehouse.settings.as_of} UTC: from what AWS had written by then, with today's "
        "mappings and business files."
    )
    loaded = {one["billing_period"] for one in read_records(warehouse.settings.warehouse)}
    if later := sorted(loaded - set(trust["billing_period"])):
        yield f"Left out, because their first delivery is newer: {_months(later)}."


def _open_files(files: pd.DataFrame) -> Iterable[str]:
    """Name the files that may belong to the bill and are not in it."""
    for one in files[files["status"].isin(OPEN)].head(_NAMES).to_dict("records"):
        cost = one["source_unblended_cost"]
        holds = "" if is_missing(cost) else f" It holds {_held(one)}."
        yield (
            f"Not in these numbers: {plain(one['file'], 200)}, {one['status']}: "
            f"{plain(one['detail'], 300)}.{holds}"
        )
    if (rest := int(files["status"].isin(OPEN).sum()) - _NAMES) > 0:
        yield f"{rest} more files are not in these numbers. Each: finops files."


def _held(file: dict[Any, Any]) -> str:
    cost = money(file["source_unblended_cost"], " ".join(file["billing_currencies"]) or "USD", 2)
    return f"{cost} in {number(file['source_rows'])} lines of {_months(file['billing_periods'])}"


def _hours_to_come(warehouse: Warehouse) -> Iterable[str]:
    """Say how much of an open month's bill pays for hours that have not come yet."""
    query = read_query("finops.report.bill", "hours_to_come")
    for one in warehouse.sql(query).to_dict("records"):
        paid = money(one["x_commitment_trueup"], one["billing_currency"], 2)
        yield (
            f"{one['billing_period']} is open: of its billed cost, {paid} pays for commitments in "
            "hours to come, and becomes effective cost as they pass."
        )


def _outdated(warehouse: Warehouse) -> Iterable[str]:
    """Name the months that today's rules can't make again."""
    old = outdated(read_records(warehouse.settings.warehouse, as_of=warehouse.settings.as_of))
    if months := {one["billing_period"] for one in old}:
        yield (
            f"Made by the rules of an older version, as their files are gone or can't be read: "
            f"{_months(months)}. Load them again from a copy."
        )


def _set_aside(deliveries: pd.DataFrame) -> Iterable[str]:
    for one in deliveries[deliveries["status"] == "set aside"].to_dict("records"):
        yield (
            f"Set aside by a decision: delivery {one['delivery_id']} of {one['billing_period']}, "
            f"{plain(one['source'], 200)}. Take it back: finops decide {one['delivery_id']} "
            "--as undo --reason WHY."
        )


def _freshness(months: list[dict[Any, Any]], now: datetime) -> Iterable[str]:
    if not months:
        return
    newest = max(months, key=lambda one: (one["billing_period"], one["x_delivered_at"]))
    delivered = pd.Timestamp(newest["x_delivered_at"])
    yield (
        f"The newest month, {newest['billing_period']}, was delivered "
        f"{_age((now - delivered).total_seconds() / 3600)} ago ({delivered:%Y-%m-%d %H:%M} UTC); "
        f"its last charge is of {_text(newest['x_last_charge_date'])}."
    )


def _age(hours: float) -> str:
    whole = max(int(hours), 0)
    count, unit = (whole, "hour") if whole < 2 * _DAY_HOURS else (whole // _DAY_HOURS, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _finality(months: list[dict[Any, Any]]) -> Iterable[str]:
    empty = {one["billing_period"] for one in months if not one["x_source_rows"]}
    if empty:
        yield f"Delivered without a line: {_months(empty)}."
    known = [one for one in months if not is_missing(one["x_final_share"])]
    unknown = {one["billing_period"] for one in months if one not in known} - empty
    if unknown:
        yield f"Final or not isn't known, as their bill has no invoice ids: {_months(unknown)}."
    if known and all(one["x_final_share"] == 1 for one in known):
        which = "Every other month" if unknown | empty else "Every loaded month"
        yield f"{which} is final: all its lines have an invoice id."
    elif estimated := [_estimate(one) for one in known if one["x_final_share"] < 1]:
        yield f"Estimated, because lines have no invoice id yet: {_some(estimated)}."


def _estimate(month: dict[Any, Any]) -> str:
    rows = int(month["x_source_rows"])
    missing = round(rows * (1 - month["x_final_share"]))
    return f"{month['billing_period']} ({number(missing)} of {number(rows)} lines)"


def _incomplete(months: list[dict[Any, Any]]) -> Iterable[str]:
    days = [
        _between(_text(one["x_incomplete_from"]), _text(one["x_incomplete_until"]))
        for one in months
        if not is_missing(one["x_incomplete_from"])
    ]
    if days:
        yield (
            f"Incomplete days: {_some(days)}. They were delivered less than 48 hours after they "
            "ended, or have no charges yet."
        )


def _last_deliveries(months: list[dict[Any, Any]]) -> Iterable[str]:
    moved = [
        one
        for one in months
        if not is_missing(one["x_source_rows_change"])
        and (one["x_source_rows_change"] or one["x_source_unblended_cost_change"])
    ]
    for one in moved[-_MONTHS:]:
        cost = money(one["x_source_unblended_cost_change"], one["billing_currency"], signed=True)
        yield (
            f"{one['billing_period']} came {one['x_deliveries']} times; the last time with "
            f"{number(one['x_source_rows_change'], signed=True)} rows and {cost} unblended cost. "
            f"Why: finops status --diff {one['billing_period']}"
        )
    if earlier := [one["billing_period"] for one in moved[:-_MONTHS]]:
        yield f"Earlier months that moved with their last delivery: {_months(earlier)}."


def _shrunk(months: list[dict[Any, Any]], changes: pd.DataFrame) -> Iterable[str]:
    for one in months:
        if not one["x_shrank"]:
            continue
        gone = changes[
            (changes["billing_period"] == one["billing_period"]) & (changes["x_change"] == "went")
        ]
        lost = [*_less(one), *_named(gone, "gone")]
        yield f"{one['billing_period']} shrank with its last delivery: {'; '.join(lost)}."


def _less(month: dict[Any, Any]) -> Iterable[str]:
    rows, cost = month["x_source_rows_change"], month["x_source_unblended_cost_change"]
    if not is_missing(rows) and rows < 0:
        yield f"{number(-rows)} rows fewer"
    if not is_missing(cost) and cost < 0:
        yield f"{money(-cost, month['billing_currency'])} less"


def _named(changes: pd.DataFrame, word: str) -> Iterable[str]:
    for kind, rows in changes.groupby("x_kind"):
        yield f"{kind} {word}: {_some(rows['x_name'])}"


def _formats(current: pd.DataFrame) -> Iterable[str]:
    before: dict[str, str] = {}
    for one in current.to_dict("records"):
        old = before.get(one["billing_account_ids"], one["format"])
        if old != one["format"]:
            yield (
                f"From {one['billing_period']} the bill is {one['format']} and no longer {old}: "
                "its columns have other names and are not compared."
            )
        before[one["billing_account_ids"]] = one["format"]


def _exports(deliveries: pd.DataFrame) -> Iterable[str]:
    """Say which export counts where a payer's month came in several; they are never added up."""
    for (period, payer), group in deliveries.groupby(["billing_period", "billing_account_ids"]):
        named = dict.fromkeys(
            f"{one['format']} {plain(one['export_name'], 60)}"
            for one in group.sort_values(["status", "delivered_at"]).to_dict("records")
        )
        if len(named) > 1 and "current" in set(group["status"]):
            newest, *others = named
            yield (
                f"{period} of payer {plain(payer or 'unknown', 60)} came in {len(named)} exports. "
                f"The newest, {newest}, counts; left out: {_some(others)}."
            )


def _contents(changes: pd.DataFrame) -> Iterable[str]:
    """Name the tag keys of the newest months that changed them, the columns of the newest."""
    tags = changes[changes["x_kind"] == "tag key"]
    for period in sorted(tags["billing_period"].unique())[-_MONTHS:]:
        yield f"{period} against the month before: {_came_and_went(tags, period)}."
    columns = changes[changes["x_kind"] == "column"]
    periods = sorted(columns["billing_period"].unique())
    if periods:
        yield f"{periods[-1]} against the month before: {_came_and_went(columns, periods[-1])}."
    if len(periods) > 1 or tags["billing_period"].nunique() > _MONTHS:
        yield "All columns and tag keys that came or went: table marts.content_changes."


def _came_and_went(changes: pd.DataFrame, period: str) -> str:
    month = changes[changes["billing_period"] == period]
    return "; ".join(
        part for word in ("came", "went") for part in _named(month[month["x_change"] == word], word)
    )


def _assumptions(current: pd.DataFrame) -> Iterable[str]:
    assumed = [
        f"{one['billing_period']}: {plain(text, 200)}"
        for one in current.to_dict("records")
        for text in _list(one["assumptions"])
    ]
    yield from (f"Assumed for {text}." for text in assumed[-_MONTHS:])
    if len(assumed) > _MONTHS:
        yield f"{len(assumed) - _MONTHS} more assumptions are in ledger.deliveries."


def _list(value: Any) -> list[str]:
    return [] if value is None or value is pd.NA else list(value)


def _text(day: object) -> str:
    return MISSING if is_missing(day) else str(pd.Timestamp(day).date())  # type: ignore[arg-type]


def _months(periods: Iterable[str]) -> str:
    """Return months as spans, such as `2025-10 to 2026-07, 2026-09`."""
    spans: list[list[pd.Period]] = []
    for month in sorted(pd.Period(period, freq="M") for period in set(periods)):
        if spans and month == spans[-1][-1] + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(_between(str(span[0]), str(span[-1])) for span in spans)


def _between(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _some(names: Iterable[str]) -> str:
    """Return the first names in one line, and how many there are beside them."""
    every = [plain(name, 60) for name in names]
    rest = len(every) - _NAMES
    return ", ".join(every[:_NAMES]) + (f" and {rest} more" if rest > 0 else "")
