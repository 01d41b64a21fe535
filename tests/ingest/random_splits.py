"""Bills that are split, copied and delivered again at random, and what each of them is in truth."""

import csv
import os
import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

HEADER = [
    "identity/LineItemId",
    "bill/PayerAccountId",
    "bill/InvoiceId",
    "bill/BillingPeriodStartDate",
    "lineItem/UsageAccountId",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/ProductCode",
    "lineItem/UsageType",
    "lineItem/ResourceId",
    "lineItem/UnblendedCost",
]
_COST = HEADER.index("lineItem/UnblendedCost")
_ACCOUNT = HEADER.index("lineItem/UsageAccountId")
_START = HEADER.index("lineItem/UsageStartDate")
_INVOICE = HEADER.index("bill/InvoiceId")
_ID = HEADER.index("identity/LineItemId")


_AFTER = ["nothing", "same bytes", "shuffled", "turned", "fewer", "newer", "less", "piece", "more"]


@dataclass(frozen=True)
class Split:
    """A folder with a bill that was split at random, its true sum, and what was done to it."""

    folder: Path
    total: Decimal
    story: str


def split_bill(folder: Path, seed: int) -> Split:
    """Write a bill of one payer below `folder`, split and copied at random; return what it is."""
    chance = random.Random(seed)
    lines = _bill(chance)
    way = chance.choice(["whole", "accounts", "days", "chunks", "folders", "halves"])
    parts = _parts(chance, lines, way)
    for number, (name, part) in enumerate(parts):
        _write(chance, folder / name, part, 1000 + number)
    total = sum((Decimal(line[_COST]) for line in lines), Decimal(0))
    after = chance.choice(_AFTER)
    name, part = chance.choice(parts)
    total += _again(chance, folder, name, part, after)
    return Split(folder, total, f"seed {seed}: {way}, then {after}")


def _bill(chance: random.Random) -> list[list[str]]:
    has_ids, is_hourly = chance.random() < 0.5, chance.random() < 0.5
    is_invoiced = chance.random() < 0.5
    lines = []
    for account in range(chance.randint(1, 4)):
        for day in range(1, chance.randint(2, 12)):
            for resource in range(chance.randint(1, 5)):
                hour = chance.randrange(24) if is_hourly else 0
                number = str(len(lines))
                lines.append([
                    f"id{number}" if has_ids else "",
                    "111111111111",
                    "INV" if is_invoiced else "",
                    "2026-10-01T00:00:00Z",
                    f"22222222222{account}",
                    "Usage",
                    f"2026-10-{day:02}T{hour:02}:00:00Z",
                    chance.choice(["AmazonEC2", "AmazonS3"]),
                    chance.choice(["A", "B"]),
                    f"i-{resource}" if chance.random() < 0.9 else "",
                    str(Decimal(chance.randint(0, 10**6)) / 10**4),
                ])  # fmt: skip
    return lines


def _parts(chance: random.Random, lines: list[list[str]], way: str):
    groups: dict[str, list[list[str]]] = {}
    for number, line in enumerate(lines):
        half = "a" if number < len(lines) / 2 else "b"
        name = {
            "whole": "bill.csv",
            "accounts": f"{line[_ACCOUNT]}/bill.csv",
            "days": f"{line[_START][8:10]}/bill.csv",
            "chunks": f"bill-0000{chance.randint(1, 3)}.csv",
            "folders": f"{chance.choice('xyz')}/bill.csv",
            "halves": f"{half}.csv",
        }[way]
        groups.setdefault(name, []).append(line)
    return list(groups.items())


def _again(chance, folder: Path, name: str, part: list[list[str]], after: str) -> Decimal:
    """Deliver a part again in some way; return what that adds to the true sum."""
    copy = folder / chance.choice(["again", ""]) / f"copy of {Path(name).name}"
    when = chance.choice([500, 5000])
    if after == "same bytes":
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((folder / name).read_bytes())
        os.utime(copy, (when, when))
    elif after == "shuffled":
        _write(chance, copy, chance.sample(part, len(part)), when)
    elif after in ("turned", "fewer"):
        # Columns in another order, or without one that tells lines apart.
        without = chance.randrange(_START + 1, _COST) if after == "fewer" else -1
        columns = [one for one in range(len(HEADER))[::-1] if one != without]
        table = [[one[column] for column in columns] for one in (HEADER, *part)]
        _write(chance, copy, table[1:], when, table[0])
    elif after in ("newer", "more"):
        changed = [[*line[:_COST], str(Decimal(line[_COST]) + 1)] for line in part]
        if chance.random() < 0.5:
            changed = [[f"new{line[0]}" if line[0] else "", *line[1:]] for line in changed]
        new = [[*part[0][:_START], "2026-10-30T00:00:00Z", *part[0][_START + 1 : _COST], "7"]]
        _write(chance, copy, changed + (new if after == "more" else []), 5000)
        return Decimal(len(part)) + (7 if after == "more" else 0)
    elif after == "less" and len(part) > 1:
        changed = [[*line[:_COST], str(Decimal(line[_COST]) / 2)] for line in part[1:]]
        _write(chance, copy, changed, 5000)
    elif after == "piece":
        _write(chance, copy, part[: len(part) // 2 + 1], when)
    return Decimal(0)


def _write(chance, path: Path, lines: list[list[str]], when: int, header=HEADER) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *lines])
    os.utime(path, (when, when))
