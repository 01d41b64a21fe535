"""Turn charges into Arrow columns with the names and types of the bill."""

import numpy as np
import pandas as pd
import pyarrow as pa

from .charges import Charges
from .company import hex_id, month_hours, month_start

TIMESTAMP = pa.timestamp("ms", tz="UTC")


def text_column(lines: pd.Series, line: np.ndarray, *, nulls: bool) -> pa.Array:
    """Repeat a text of the lines for their amounts; '' becomes NULL where the format has NULLs."""
    codes, values = pd.factorize(lines.astype(str))
    indices = codes[line].astype(np.int32)
    missing = (np.asarray(values) == "")[codes[line]] if nulls else None
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, mask=missing), pa.array(list(values), pa.string())
    )


def constant_column(value: str | None, length: int) -> pa.Array:
    """Return one text for all rows."""
    if value is None:
        return pa.nulls(length, pa.string())
    return pa.DictionaryArray.from_arrays(np.zeros(length, np.int32), pa.array([value]))


def amount_column(amounts: pd.Series, *, nulls: bool) -> pa.Array:
    """Return numbers; what is missing is NULL or, in old files, 0."""
    if nulls:
        return pa.array(amounts.to_numpy() + 0.0, pa.float64(), from_pandas=True)
    return pa.array(amounts.fillna(0.0).to_numpy() + 0.0, pa.float64())


def moment_column(month: str, hours: np.ndarray, seconds: np.ndarray | int = 0) -> pa.Array:
    """Return moments given as hours since the month began."""
    start = month_start(month).to_datetime64().astype("datetime64[ms]")
    moments = start + (hours * 3_600_000 + seconds * 1000).astype("timedelta64[ms]")
    return pa.array(moments, pa.timestamp("ms")).cast(TIMESTAMP)


def is_whole_month(charges: Charges) -> np.ndarray:
    """Tax, support and reservation fees are rows of more than a day."""
    return (charges.amounts["end"] - charges.amounts["start"] > 24).to_numpy()


def interval_column(
    month: str, first: np.ndarray, last: np.ndarray, whole_month: np.ndarray
) -> pa.Array:
    """Return the time intervals of rows given as hours since the month began."""
    packed = np.where(whole_month, month_hours(month), first * 10_000 + last)
    codes, pairs = pd.factorize(packed, sort=True)
    texts = [_interval(month, *divmod(int(pair), 10_000)) for pair in pairs]
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(texts))


def _interval(month: str, first: int, last: int) -> str:
    start = month_start(month)
    moments = [start + pd.Timedelta(hours=hours) for hours in (first, last)]
    return "/".join(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments)


def text_map_column(maps: list[dict[str, str]], line: np.ndarray) -> pa.Array:
    """Repeat a map of texts of the lines for their amounts."""
    of_lines = pa.array([list(m.items()) for m in maps], pa.map_(pa.string(), pa.string()))
    return of_lines.take(pa.array(line))


def discount_map_column(discount: np.ndarray) -> pa.Array:
    """Return a map with the enterprise discount of each row that has one."""
    has = discount != 0
    offsets = np.concatenate([[0], has.cumsum()]).astype(np.int32)
    keys = pa.array(["edp_discount"] * int(has.sum()), pa.string())
    return pa.MapArray.from_arrays(offsets, keys, pa.array(discount[has]))


def end_seconds(charges: Charges) -> np.ndarray:
    """A reservation's monthly fee ends one second before midnight, as in real files."""
    kinds = charges.lines["line_item_line_item_type"].to_numpy()[charges.amounts["line"]]
    return np.where(kinds == "RIFee", -1, 0)


def invoice_ids(lines: pd.DataFrame, month: str) -> pd.Series:
    """Usage, purchases and each seller have invoices of their own."""
    seller = lines["bill_billing_entity"] + "|" + lines["bill_bill_type"]
    return seller.map(lambda name: str(int(hex_id("invoice", month, name, digits=9), 16))[-10:])
