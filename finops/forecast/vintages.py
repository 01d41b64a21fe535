"""Keep every estimate as it was made, and never write one again."""

import json
import os
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from finops import chain
from finops.errors import BadSource
from finops.languages import LANGUAGES

__all__ = ["FOLDER", "keep", "read_vintage", "read_vintages", "vintage_folder"]

FOLDER = "estimates"
_FRAMES = ("lines", "summary")
# So many decimals have amounts, and those in the reporting currency, or more if the bill has more.
_DECIMALS, _REPORTING_DECIMALS = 10, 16
_RATE = pa.decimal128(20, 10)


def keep(folder: Path, made: dict[str, Any]) -> None:
    """Write an estimate into `folder`, which appears in one rename; one that is there stays.

    It is kept with the UTC day of today, unless it has a made_on.
    """
    if folder.is_dir():
        return
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for name in _FRAMES:
            pq.write_table(_table(made[name]), part / f"{name}.parquet")
        rest = {name: made[name] for name in ("as_of", "vintage", "notes")}
        rest["made_on"] = made.get("made_on") or f"{datetime.now(tz=UTC):%Y-%m-%d}"
        text = json.dumps(rest, indent=1, ensure_ascii=False)
        (part / "estimate.json").write_text(text, encoding="utf-8")
        part.rename(folder)
        chain.seal(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_vintages(project: Path) -> list[dict[str, Any]]:
    """Return all estimates that were kept, by day. Raises BadSource for one that can't be read."""
    return [read_vintage(one) for one in sorted((project / FOLDER).glob("[0-9]*"))]


def vintage_folder(project: Path, as_of: str, vintage: str) -> Path:
    """Return the folder that an estimate is kept in."""
    return project / FOLDER / f"{as_of}-{vintage}"


def read_vintage(folder: Path) -> dict[str, Any]:
    """Return an estimate as it was kept. Raises BadSource if it can't be read."""
    try:
        rest = json.loads((folder / "estimate.json").read_text(encoding="utf-8"))
        frames = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in _FRAMES}
        # Estimates that are kept since before it was known don't have it.
        if "x_shortfall" not in frames["summary"]:
            frames["summary"]["x_shortfall"] = None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise BadSource(
            f"{folder} can't be read: {error}. Restore it from a backup, or move it away."
        ) from error
    notes = rest["notes"]
    # Estimates that are kept since before notes had languages have them in English.
    by_language = notes if isinstance(notes, dict) else dict.fromkeys(LANGUAGES, notes)
    kept = {language: tuple(lines) for language, lines in by_language.items()}
    return {**rest, **frames, "notes": kept}


def _table(frame: pd.DataFrame) -> pa.Table:
    texts = {"billing_period", "billing_currency", "service_name", "x_reporting_currency"}
    texts |= {"x_measure", "x_team", "x_service", "x_kind", "x_scope", "x_key", "x_cost_centre"}
    kinds = {
        name: pa.string()
        if name in texts
        else _RATE
        if name == "x_exchange_rate"
        else _money(name, frame[name])
        for name in frame.columns
    }
    return pa.table({name: pa.array(frame[name], kind) for name, kind in kinds.items()})


def _money(name: str, amounts: "pd.Series[Any]") -> pa.DataType:
    least = _REPORTING_DECIMALS if name.startswith("x_reporting_") else _DECIMALS
    exact = [one for one in amounts if isinstance(one, Decimal) and one.is_finite()]
    return pa.decimal128(38, max([least, *(-int(one.as_tuple().exponent) for one in exact)]))
