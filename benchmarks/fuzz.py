"""Mutate bills and a company's files: each is read right or refused, never lost, never a traceback.

Run all: python -m benchmarks.fuzz [--cases 500] [--first 0].
"""

import argparse
import multiprocessing
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import duckdb
import pyarrow.parquet as pq

import finops
from benchmarks.fuzz_files import (
    COMPANY,
    bill,
    company_table,
    manifest,
    plain_csv_sum,
    plain_parquet_sum,
    plain_row_count,
    to_csv,
    to_parquet,
)
from benchmarks.fuzz_mutations import mutate_bytes, mutate_json, mutate_table
from finops.ingest.deliveries import read_records
from finops.settings import read_settings
from finops.warehouse.build import create_ledger, load_inputs

READ, REFUSED = "read", "refused"
TRACEBACK, HANG, SILENT = "TRACEBACK", "HANG", "SILENT"
FAILURES = (TRACEBACK, HANG, SILENT)
# So long a case may take on a busy machine, and one in so many is built and shown too.
_SECONDS, _BUILT = 120, 8
# Floats of Parquet and ten digits of charges.
_TOLERANCE = Decimal("0.0000001")
_INPUTS = frozenset(["mappings", "inventory", *(f"business.{one}" for one in ("orders",))])
_ENDINGS = ("csv", "parquet")
_PATTERN_NAMES = {
    "bill[1]": "bill1",
    "b?ll": "bill",
    "r-*": "r-1",
    "[b]": "b",
    "{a,b}": "a",
    "a,b": "a",
    "100%": "100",
    "bill 'x'": "x",
    'say "hi"': "hi",
}
Verdict = tuple[str, str]


def run(seeds: Iterable[int]) -> Iterator[tuple[int, str, str]]:
    """Yield seed, verdict and what was said of each case, from a process that can be ended."""
    worker = _Worker()
    for seed in seeds:
        worker.pipe.send(seed)
        if worker.pipe.poll(_SECONDS):
            try:
                verdict = worker.pipe.recv()
            except (EOFError, OSError):
                verdict = TRACEBACK, "the process died"
        else:
            verdict = HANG, f"no end after {_SECONDS} s"
        yield seed, *verdict
        if verdict[0] == HANG or not worker.process.is_alive():
            worker.process.kill()
            worker = _Worker()
    worker.process.kill()


class _Worker:
    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=_work, args=(there,), daemon=True)
        self.process.start()
        there.close()


def _work(pipe: Connection) -> None:
    while True:
        try:
            seed = pipe.recv()
        except EOFError:
            return
        with tempfile.TemporaryDirectory() as folder:
            pipe.send(judge(seed, Path(folder)))


def judge(seed: int, folder: Path) -> Verdict:
    """Return how one case ends; its seed decides what is mutated and how."""
    random = Random(seed)  # noqa: S311
    family = (_bill_csv, _bill_parquet, _company, _manifest, _company, _names)[seed % 6]
    project = folder / "project"
    project.mkdir()
    (project / "finops.toml").write_text("")
    try:
        return family(project, folder / "in", random)
    except finops.FinopsError as error:
        return REFUSED, " ".join(str(error).split())
    except Exception:
        return TRACEBACK, traceback.format_exc()


def _bill_csv(project: Path, source: Path, random: Random) -> Verdict:
    table = bill(random.choice(["legacy", "cur2", "focus"]))
    if random.random() < 0.6:
        table = mutate_table(table, random)
    data = to_csv(table)
    if random.random() < 0.5:
        data = mutate_bytes(data, random)
    source.mkdir()
    (source / "bill.csv").write_bytes(data)
    return _loaded(project, source, plain_csv_sum(data, table.cost), random)


def _bill_parquet(project: Path, source: Path, random: Random) -> Verdict:
    table = bill(random.choice(["legacy", "cur2", "focus"]))
    source.mkdir()
    path = source / "bill.parquet"
    to_parquet(mutate_table(table, random), path)
    if random.random() < 0.2:
        path.write_bytes(mutate_bytes(path.read_bytes(), random))
    return _loaded(project, source, plain_parquet_sum(path, table.cost), random)


def _names(project: Path, source: Path, random: Random) -> Verdict:
    """Load files, or a folder, whose names could be taken for patterns of what lies beside them."""
    table, ending = bill(random.choice(["legacy", "cur2", "focus"])), random.choice(_ENDINGS)
    odd, beside = random.choice(list(_PATTERN_NAMES.items()))
    parts = [replace(table, rows=rows) for rows in (table.rows[:3], table.rows[3:])]
    if random.random() < 0.5:
        loaded = [(source / f"{odd}.{ending}", parts[0]), (source / f"{beside}.{ending}", parts[1])]
        others = []
    else:
        loaded = [(source / odd / f"{odd}.{ending}", table)]
        others = [(source / beside / f"{odd}.{ending}", table)]
    for path, part in loaded + others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_csv(part)) if ending == "csv" else to_parquet(part, path)
    return _loaded(project, loaded[0][0].parent, plain_csv_sum(to_csv(table), table.cost), random)


def _manifest(project: Path, source: Path, random: Random) -> Verdict:
    kind = random.choice(["legacy", "cur2"])
    table, text = bill(kind), mutate_json(manifest(kind, "part-1.csv"), random)
    month = "report/20261001-20261101" if kind == "legacy" else "report/data/BILLING_PERIOD=2026-10"
    beside = month if kind == "legacy" else "report/metadata/BILLING_PERIOD=2026-10"
    data = to_csv(table)
    for path, content in ((f"{month}/part-1.csv", data), (f"{beside}/report-Manifest.json", text)):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(content)
    return _loaded(project, source, plain_csv_sum(data, table.cost), random)


def _loaded(project: Path, source: Path, wanted: Decimal | None, random: Random) -> Verdict:
    """Load a bill and compare what it came to with what a plain reading says."""
    with finops.connect(project) as warehouse:
        warehouse.load(source)
        found = _billed(warehouse.settings.warehouse)
        if wanted is None:
            return SILENT, f"loaded {found}, and a plain reading can't tell a sum"
        if abs(found - wanted) > _TOLERANCE:
            return SILENT, f"loaded {found}, a plain reading has {wanted}"
        if random.randrange(_BUILT) == 0:
            _show(warehouse)
    return READ, f"{found}"


def _billed(warehouse: Path) -> Decimal:
    """Return what the charges of all current deliveries were billed."""
    folders = [
        f"charges/billing_period={one['billing_period']}/delivery={one['delivery_id']}"
        for one in read_records(warehouse)
        if one["status"] == "current"
    ]
    files = [file for folder in folders for file in (warehouse / folder).glob("*.parquet")]
    costs = [pq.ParquetFile(file).read(["billed_cost"]).column(0).to_pylist() for file in files]
    return sum((cost for column in costs for cost in column if cost is not None), Decimal(0))


def _show(warehouse: finops.Warehouse) -> None:
    from finops.report.bill.trust import notes

    warehouse.build()
    warehouse.status()
    notes(warehouse)


def _company(project: Path, source: Path, random: Random) -> Verdict:
    """Mutate a file of mappings, business or inventory and read them all as a build does."""
    for name, text in COMPANY.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    name = random.choice(list(COMPANY))
    if name.endswith(".json"):
        data = mutate_json(COMPANY[name].encode(), random)
    else:
        data = to_csv(mutate_table(company_table(name), random))
        data = mutate_bytes(data, random) if random.random() < 0.4 else data
    (project / name).write_bytes(data)
    if random.randrange(_BUILT) == 0:
        source.mkdir()
        (source / "bill.csv").write_bytes(to_csv(bill("legacy")))
        with finops.connect(project) as warehouse:
            warehouse.load(source)
            _show(warehouse)
        return READ, "built"
    with duckdb.connect() as con:
        create_ledger(con, [], [])
        load_inputs(con, read_settings(project), frozenset(_INPUTS))
        return _compared(con, name, data)


def _compared(con: duckdb.DuckDBPyConnection, name: str, data: bytes) -> Verdict:
    """Compare the table of a file with a plain reading of it."""
    folder, _, file = name.partition("/")
    stem, _, kind = file.partition(".")
    if kind == "json" or folder == "inventory":
        return READ, name
    if folder == "mappings":
        (found,) = con.execute(f"select count(*) from mappings.{stem}").fetchall()[0]
        wanted = plain_row_count(data)
        return (READ, name) if found == wanted else (SILENT, f"{name}: {found} rows of {wanted}")
    column = company_table(name).cost
    if not column:
        return READ, name
    table = {"orders": "daily_orders", "exchange_rates": "monthly_rates"}.get(stem, stem)
    (found,) = con.execute(f"select coalesce(sum({column}), 0) from business.{table}").fetchall()[0]
    wanted = plain_csv_sum(data, column)
    if wanted is None or abs(Decimal(found) - wanted) > _TOLERANCE:
        return SILENT, f"{name}: {column} sums to {found}, a plain reading has {wanted}"
    return READ, name


def main() -> int:
    """Print each case that failed, and the count of each verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    counts = Counter[str]()
    for seed, verdict, said in run(range(options.first, options.first + options.cases)):
        counts[verdict] += 1
        if verdict in FAILURES:
            print(f"{verdict} {seed}: {said}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    return int(any(counts[one] for one in FAILURES))


if __name__ == "__main__":
    sys.exit(main())
