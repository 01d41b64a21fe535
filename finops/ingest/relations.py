"""Compare a new delivery with the others of its month: does it add to them or replace them."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from finops.ingest.columns import squashed
from finops.ingest.manifests import FOCUS_FORMAT, export_of
from finops.ingest.overlap import Overlap, all_but, overlaps, verdict
from finops.sql import path_literal, read_query

__all__ = ["age", "payers", "relations"]

Record = dict[str, Any]
# What tells charges apart, and the columns of bills that it is taken from.
_SERVICES = {"lineitemproductcode", "xservicecode", "servicename"}
_KEYS = {
    "x_service_code": _SERVICES,
    "service_name": _SERVICES,
    "x_usage_type": {"lineitemusagetype", "xusagetype", "skumeter"},
    "x_operation": {"lineitemoperation", "xoperation"},
    "availability_zone": {"lineitemavailabilityzone", "availabilityzone"},
}


def relations(record: Record, charges: Path, others: list[tuple[Record, Path]]) -> dict[str, str]:
    """Return what a new delivery and each of `others` are to each other, by delivery id.

    Paths are those of their charges; words are those of `verdict`. An export's own newer version
    replaces its older one, whatever it holds.
    """
    found, unknown = {other["delivery_id"]: "apart" for other, _ in others}, []
    for other, path in others:
        if _is_same_export(record, other):
            found[other["delivery_id"]] = "replaced"
        elif _is_focus(record) != _is_focus(other):
            found[other["delivery_id"]] = _by_days(*sorted((record, other), key=age))
        elif "" in payers(record) | payers(other) or _meet(record, other):
            unknown.append((other, path))
    for one in _overlaps(record, charges, unknown):
        records = {record["delivery_id"]: record} | {one["delivery_id"]: one for one, _ in unknown}
        if record["delivery_id"] in (one.older, one.newer):
            found[one.newer if one.older == record["delivery_id"] else one.older] = _word(
                one, records
            )
    return found


def age(record: Record) -> tuple[str, str, str]:
    """Return what orders deliveries by time."""
    return record["delivered_at"], record["loaded_at"], record["delivery_id"]


def payers(record: Record) -> frozenset[str]:
    """Return the payer accounts of a delivery; the empty one stands for a bill that names none."""
    return frozenset(record["billing_account_ids"].split("+"))


def _is_same_export(one: Record, other: Record) -> bool:
    sources = one["source"], other["source"]
    is_named = all(source.endswith(".json") for source in sources)
    return is_named and export_of(sources[0]) == export_of(sources[1])


def _is_focus(record: Record) -> bool:
    return bool(record["format"] == FOCUS_FORMAT)


def _meet(one: Record, other: Record) -> bool:
    """Return whether two deliveries have a payer or account in common."""
    accounts = set(one["sub_account_ids"]) & set(other["sub_account_ids"])
    return bool(accounts or payers(one) & payers(other))


def _by_days(older: Record, newer: Record) -> str:
    """Return the word for a FOCUS export and a CUR, whose lines can't be compared."""
    accounts = set(older["sub_account_ids"]), set(newer["sub_account_ids"])
    is_apart = (
        not accounts[0] & accounts[1]
        or older["last_charge_date"] < newer["first_charge_date"]
        or newer["last_charge_date"] < older["first_charge_date"]
    )
    if is_apart or not (payers(older) & payers(newer) or "" in payers(older) | payers(newer)):
        return "apart"
    is_whole = (
        accounts[0] <= accounts[1]
        and newer["first_charge_date"] <= older["first_charge_date"]
        and newer["last_charge_date"] >= older["last_charge_date"]
    )
    return "replaced" if is_whole else "unclear"


def _overlaps(record: Record, charges: Path, others: list[tuple[Record, Path]]) -> list[Overlap]:
    if not others:
        return []
    compared = [(record, charges), *others]
    has_payer = not any("" in payers(one) for one, _ in compared)
    names = ", ".join(path_literal(path) for _, path in compared)
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.register(
            "charge_files",
            pa.Table.from_pylist([
                {"delivery_id": one["delivery_id"], "file": str(path), "has_payer": has_payer}
                for one, path in compared
            ]),
        )  # fmt: skip
        con.execute("create schema raw")
        con.execute(
            f"create view raw.compared_charges as select {all_but(_lacking(compared))} from "
            f"read_parquet([{names}], union_by_name = true, filename = true, "
            "hive_partitioning = false)"
        )
        con.execute(f"create temp view part_lines as {read_query('finops.ingest', 'charge_lines')}")
        return overlaps(con)


def _lacking(compared: list[tuple[Record, Path]]) -> list[str]:
    """Return the columns that tell charges apart and that only some of the bills had."""
    had = [{squashed(name) for name in record["source_columns"]} for record, _ in compared]
    return [
        column
        for column, names in _KEYS.items()
        if 0 < sum(bool(names & one) for one in had) < len(had)
    ]


def _word(one: Overlap, records: dict[str, Record]) -> str:
    is_turned = age(records[one.older]) > age(records[one.newer])
    return verdict(one.turned() if is_turned else one)
