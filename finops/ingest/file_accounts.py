"""Keep what became of every file below a source: the account that ledger.files is made of."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from finops.ingest.amounts import exact_sum
from finops.ingest.discover import Found
from finops.ingest.file_profiles import part_records
from finops.ingest.manifests import Delivery
from finops.ingest.source_files import SourceFile

__all__ = [
    "FILES",
    "OPEN",
    "Account",
    "account_of",
    "file_parts",
    "file_rows",
    "keep_account",
    "read_accounts",
]

Record = dict[str, Any]
FILES = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("status", pa.string()),
        ("detail", pa.string()),
        ("source_bytes", pa.int64()),
        ("billing_periods", pa.list_(pa.string())),
        ("delivery_ids", pa.list_(pa.string())),
        ("source_rows", pa.int64()),
        ("first_charge_date", pa.string()),
        ("last_charge_date", pa.string()),
        ("sub_account_ids", pa.list_(pa.string())),
        ("billing_currencies", pa.list_(pa.string())),
        ("source_unblended_cost", pa.string()),
        ("looked_at", pa.string()),
    ]
)
_PARTS = pa.schema(
    [
        ("file", pa.string()),
        ("status", pa.string()),
        ("billing_period", pa.string()),
        ("billing_currency", pa.string()),
        ("source_rows", pa.int64()),
        ("source_unblended_cost", pa.string()),
    ]
)
# What may belong to the bill and is not in it.
OPEN = ("not readable", "undecided")
_REGISTERED = "replaced", "by a newer version of its month; loaded when the past is asked for"
# What is left of a file that no delivery took and whose fate nobody told.
_STATUS = {
    "manifest": "another dataset",
    "empty": "empty",
    "other": "another dataset",
    "unreadable": "not readable",
    "bill": "undecided",
}
_NOT_TAKEN = {"bill": "no delivery took it"}


@dataclass(frozen=True)
class Account:
    """What lay below `source` when it was loaded, and the older versions that were registered.

    A file has `file`, `status`, `detail`, `bytes`, `delivery_ids` and `parts`: what it holds by
    month and currency. The status is taken, replaced, same bytes, empty, another dataset, left out,
    not readable or undecided.
    """

    source: str
    looked_at: str
    files: list[Record] = field(default_factory=list)
    versions: list[Record] = field(default_factory=list)

    @property
    def open_files(self) -> list[str]:
        """What is said of each file that can't be read."""
        return [
            str(one["detail"]) + _ADVICE.format(one["file"])
            for one in self.files
            if one["status"] == "not readable"
        ]


_ADVICE = " Or leave it out: finops decide '{}' --as leave --reason WHY."


def account_of(
    source: str,
    found: Found,
    loaded: list[tuple[Delivery, Record]],
    refusals: dict[str, str],
    versions: list[Delivery],
) -> Account:
    """Return the account of what was found below a source and of what was loaded of it."""
    ids, parts = dict[str, set[str]](), dict[str, list[Record]]()
    empty = set[Path]()
    for delivery, record in loaded:
        # What was loaded from another place before is known by the files there, in the same order.
        here = dict(zip(record["origin"]["files"], delivery.files, strict=True))
        for part in record["file_parts"]:
            path = str(here[part["file"]])
            ids.setdefault(path, set()).add(record["delivery_id"])
            parts.setdefault(path, []).append(part | {"file": path})
        empty |= {file for file in delivery.files if str(file) not in ids}
    for part in part_records(found.parts):
        if part["file"] not in ids:
            parts.setdefault(part["file"], []).append(part)
    fates = dict[Path, list[tuple[str, str]]]()
    for (file, _), fate in found.fates.items():
        fates.setdefault(file, []).append(fate)
    fates |= {file: [("empty", "")] for file in empty if str(file) not in ids}
    fates |= {file: [_REGISTERED] for one in versions for file in one.files}
    refused = {
        file: refusals[name]
        for one in found.deliveries
        if (name := f"{one.source} {one.billing_period or 'an unknown month'}") in refusals
        for file in one.files
    }
    rows = []
    for one in found.files:
        path = str(one.path)
        if path not in ids and one.path in refused:
            fates[one.path] = [("undecided", refused[one.path])]
        status, detail = _fate(one, fates.get(one.path, []), path in ids)
        rows.append(
            {
                "file": one.address,
                "status": status,
                "detail": detail,
                "bytes": one.path.lstat().st_size,
                "delivery_ids": sorted(ids.get(path, ())),
                "parts": parts.get(path, []),
            }
        )
    now = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
    return Account(source, now, rows, [_version(one) for one in versions])


def _fate(file: SourceFile, fates: list[tuple[str, str]], is_taken: bool) -> tuple[str, str]:
    """Return the status of a file and why; one that is taken for some months is taken."""
    known = [
        *(fate for fate in fates if fate[0] in OPEN),
        *([("taken", "")] if is_taken else []),
        *fates,
        (_STATUS[file.kind], file.detail or _NOT_TAKEN.get(file.kind, "")),
    ]
    return known[0]


def _version(delivery: Delivery) -> Record:
    return asdict(delivery) | {
        "delivered_at": delivery.delivered_at.isoformat(),
        "files": [str(file) for file in delivery.files],
        "split": [],
        "left_out": [],
    }


def keep_account(warehouse: Path, account: Account, *, is_all: bool = True) -> None:
    """Keep the account of a source in the place of its last one, by one rename.

    Where only a month was asked for, what the last one says of files of other months stays.
    """
    if not is_all:
        before = [one for one in read_accounts(warehouse) if one.source == account.source]
        known = {one["file"]: one for last in before for one in last.files}
        for place, one in enumerate(account.files):
            if one["detail"] == _NOT_TAKEN["bill"]:
                left = one | {"status": "left out", "detail": "another month was asked for"}
                account.files[place] = known.get(one["file"], left)
    if any(replace(one, looked_at="") == _kept(account) for one in read_accounts(warehouse)):
        return
    folder = warehouse / "files"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(account.source.encode()).hexdigest()[:12]
    part = folder / f".{name}.{os.getpid()}"
    part.write_text(json.dumps(asdict(account), indent=1, default=str), encoding="utf-8")
    part.replace(folder / f"{name}.json")


def _kept(account: Account) -> Account:
    """Return the account as it reads when it was kept, without its time."""
    kept = json.loads(json.dumps(asdict(account), default=str), parse_float=Decimal)
    return replace(Account(**kept), looked_at="")


def read_accounts(warehouse: Path) -> list[Account]:
    """Return the last account of each source, in the order in which they were looked at."""
    paths = sorted((warehouse / "files").glob("*.json"))
    found = [
        Account(**json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
        for path in paths
    ]
    return sorted(found, key=lambda one: (one.looked_at, one.source))


def file_rows(accounts: list[Account]) -> pa.Table:
    """Return one row per file of each source's last account, with the columns of FILES."""
    rows = [
        _row(one) | {"source": account.source, "looked_at": account.looked_at}
        for account in accounts
        for one in account.files
    ]
    return pa.Table.from_pylist(rows, FILES)


def _row(file: Record) -> Record:
    """Return a file with what its parts add up to; the sum of several currencies is not known."""
    parts = file["parts"]
    currencies = sorted({part["billing_currency"] for part in parts})
    days = [part[name] for part in parts for name in _DAYS if part[name]]
    return {
        **{name: file[name] for name in ("file", "status", "detail", "delivery_ids")},
        "source_bytes": file["bytes"],
        "billing_periods": sorted({part["billing_period"] for part in parts}),
        "source_rows": sum(part["source_rows"] for part in parts) if parts else None,
        "first_charge_date": min(days, default=None),
        "last_charge_date": max(days, default=None),
        "sub_account_ids": sorted({one for part in parts for one in part["sub_account_ids"]}),
        "billing_currencies": currencies,
        "source_unblended_cost": _sum(parts) if len(currencies) == 1 else None,
    }


_DAYS = "first_charge_date", "last_charge_date"


def _sum(parts: list[Record]) -> str:
    return str(exact_sum(Decimal(part["source_unblended_cost"]) for part in parts))


def file_parts(accounts: list[Account]) -> pa.Table:
    """Return one row per file, month and currency: rows and cost that the file holds of it.

    A file that can't be read has one row without a month.
    """
    empty = dict.fromkeys(_PARTS.names)
    rows = [
        {**empty, **part, "file": one["file"], "status": one["status"]}
        for account in accounts
        for one in account.files
        for part in one["parts"] or [{}]
    ]
    return pa.Table.from_pylist(
        [{name: row[name] for name in _PARTS.names} for row in rows], _PARTS
    )
