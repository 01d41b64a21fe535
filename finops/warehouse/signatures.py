"""Tell which months of which tables a build has to make again."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from finops.ingest.charge_files import charge_scan
from finops.inputs.business import MADE_OF
from finops.inputs.inventory import inventory_files
from finops.settings import FILE_NAME, Settings
from finops.warehouse import dictionary
from finops.warehouse.models import Model, seeds

# The signature of a table that months are not told apart in.
ALL_MONTHS = "*"

Signatures = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Plan:
    """The months to build, what changed in them, and what to record when it is done.

    `stale` names models, and the inputs `mappings`, `inventory` and `business.<series>`.
    """

    periods: list[str]
    stale: frozenset[str]
    signatures: Signatures
    is_full: bool


def plan_build(
    con: duckdb.DuckDBPyConnection | None,
    settings: Settings,
    records: list[dict[str, Any]],
    models: list[Model],
    held: Collection[str] = (),
) -> Plan:
    """Return what differs between the last build, which `con` reads, and the project's files.

    A table differs in a month if its SQL, the month's deliveries, a file of mappings or business
    data, or a table that it reads differs. Without a last build everything does. Months `held`
    back stay as they were built.
    """
    before = _recorded(con) if con else {}
    now = {
        key: value
        for key, value in _signatures(settings, records, models).items()
        if key[1] not in held
    } | {key: value for key, value in before.items() if key[1] in held}
    changed = {key for key, signature in now.items() if before.get(key) != signature}
    differing = changed | (before.keys() - now.keys())
    periods = {period for _, period in differing} - {ALL_MONTHS}
    stale = frozenset(name for name, _ in differing)
    return Plan(sorted(periods), stale, now, is_full=changed == now.keys())


def record_build(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Keep the signatures of what was built in `ledger.builds`."""
    names = "table_name", "billing_period", "signature"
    rows = [(*key, signature) for key, signature in sorted(plan.signatures.items())]
    con.register("builds", pa.table(list(zip(*rows, strict=True)), names=names))
    con.execute("create or replace table ledger.builds as from builds")
    con.unregister("builds")


def _recorded(con: duckdb.DuckDBPyConnection) -> Signatures:
    try:
        rows = con.execute("select table_name, billing_period, signature from ledger.builds")
    except duckdb.Error:
        # A build of an older version, or a damaged one, is made again whole.
        return {}
    return {(table, period): signature for table, period, signature in rows.fetchall()}


def _signatures(
    settings: Settings, records: list[dict[str, Any]], models: list[Model]
) -> Signatures:
    deliveries = _deliveries(records)
    inputs = _input_files(settings)
    known: dict[str, Signatures] = {"raw.charges": deliveries}
    known |= {seed.name: {(seed.name, ALL_MONTHS): _hash(seed.sql)} for seed in seeds()}
    for model in models:
        reads = sorted(model.reads - known.keys())
        tables = [known[name] for name in sorted(model.reads & known.keys())]
        periods = [ALL_MONTHS] if model.is_whole else sorted({key[1] for key in deliveries})
        known[model.name] = {
            (model.name, period): _hash(
                model.sql,
                model.version,
                *(_of_input(name, _of_month(records, period), inputs) for name in reads),
                *(_of(one, period) for one in tables),
            )
            for period in periods
        }
    del known["raw.charges"]
    # A build of an older version may look for its charges in another way.
    known["view"] = {("raw.charges", ALL_MONTHS): _hash(charge_scan([]))}
    # What columns mean is no reason to build them again, and other words get into their comments.
    known["words"] = {("dictionary", ALL_MONTHS): _hash(dictionary.words())}
    known["inputs"] = {(name, ALL_MONTHS): signature for name, signature in inputs.items()}
    return {key: value for table in known.values() for key, value in table.items()}


def _deliveries(records: list[dict[str, Any]]) -> Signatures:
    ids = defaultdict(list)
    for record in records:
        if record["status"] == "current":
            ids[record["billing_period"]].append(record["delivery_id"])
    return {("raw.charges", period): _hash(*sorted(found)) for period, found in ids.items()}


def _of(table: Signatures, period: str) -> str:
    """Return the signature of one month of a table, or of all its months."""
    return _hash(*(value for key, value in sorted(table.items()) if period in (key[1], ALL_MONTHS)))


def _of_month(records: list[dict[str, Any]], period: str) -> list[dict[str, Any]]:
    return [one for one in records if period in (one["billing_period"], ALL_MONTHS)]


def _of_input(name: str, records: list[dict[str, Any]], inputs: dict[str, str]) -> str:
    schema, _, table = name.partition(".")
    if table in ("files", "file_parts"):
        return inputs["ledger.files"]
    if schema == "mappings":
        return inputs.get(name, inputs[schema])
    if schema == "ledger":
        return _hash(*sorted(str(sorted(record.items(), key=str)) for record in records))
    return inputs.get(MADE_OF.get(name, name) if schema == "business" else schema, table)


def _input_files(settings: Settings) -> dict[str, str]:
    """Return a signature per business table, and one each for inventory and mappings.

    Another version of the code that reads them may make other tables of the same files.
    """
    files = settings.project / FILE_NAME, *sorted((settings.project / "mappings").glob("*.csv"))
    business = [*sorted((settings.project / "business").glob("*")), *settings.fetched.values()]
    inventory = inventory_files(settings.project / "inventory")
    code = code_of("finops.inputs")
    zone = settings.timezone
    accounts = sorted((settings.warehouse / "files").glob("*.json"))
    return {
        "ledger.files": _hash(*_contents(accounts)),
        "business.zone": _hash(code, zone),
        "mappings": _hash(code, *_contents(files)),
        "mappings.tax": _hash(str(settings.tax_is_cost)),
        "inventory": _hash(code, *(path.name for path in inventory), *_contents(inventory)),
    } | {
        f"business.{name}": _hash(
            code, zone, *_contents(one for one in business if one.stem == name)
        )
        for name in {file.stem for file in business}
    }


@cache
def code_of(package: str) -> str:
    """Return a signature of the modules and tables of a package."""
    found = [one for one in resources.files(package).iterdir() if one.is_file()]
    return _hash(*sorted(one.read_text(encoding="utf-8") for one in found))


def _contents(files: Iterable[Path]) -> list[str]:
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
