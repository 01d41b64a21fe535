"""Keep what was found in a build beside it, so that whoever asks next reads it."""

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa

from finops.leftovers import keep_last_used
from finops.warehouse.connect import Warehouse
from finops.warehouse.signatures import code_of
from finops.whole_files import write_whole

__all__ = ["build_signature", "kept", "trail_folder"]

_BUILD = """
select md5(string_agg(concat_ws('|', table_name, billing_period, signature), ','
    order by table_name, billing_period)) as signature
from ledger.builds
"""
# What finds anomalies: another version of it may find others.
_CODE = ("finops.anomalies", "finops.business", "finops.daily", "finops.incidents")
# What was found in so many builds stays: the newest, and those of other moments.
_BUILDS = 3


def kept(warehouse: Warehouse, find: Callable[[Warehouse], pd.DataFrame]) -> pd.DataFrame:
    """Return what `find` finds in a build, from `warehouse/incidents/` if it was found before.

    It is found again once the build, the files of CloudTrail or the code that finds it differ.
    """
    name = hashlib.sha256("|".join(_made_of(warehouse)).encode()).hexdigest()[:16]
    file = warehouse.settings.warehouse / "incidents" / f"{name}.parquet"
    with suppress(OSError, pa.ArrowException):
        found = _frame(file.read_bytes())
        keep_last_used(file, "*.parquet", _BUILDS)
        return found
    content = io.BytesIO()
    find(warehouse).to_parquet(content)
    # Where nothing can be written it is found again each time.
    with suppress(OSError):
        write_whole(file, content.getvalue())
        keep_last_used(file, "*.parquet", _BUILDS)
    return _frame(content.getvalue())


def build_signature(warehouse: Warehouse) -> str:
    """Return what tells the build of a warehouse from another."""
    return str(warehouse.sql(_BUILD)["signature"].iloc[0])


def trail_folder(warehouse: Warehouse) -> Path:
    """Return where a project keeps what CloudTrail wrote."""
    return warehouse.settings.project / "business" / "cloudtrail"


def _made_of(warehouse: Warehouse) -> list[str]:
    trail = sorted(one for one in trail_folder(warehouse).rglob("*") if one.is_file())
    files = [(one, one.stat()) for one in trail]
    return [
        build_signature(warehouse),
        *(f"{one} {found.st_size} {found.st_mtime_ns}" for one, found in files),
        *map(code_of, _CODE),
    ]


def _frame(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))
