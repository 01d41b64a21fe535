"""Who the company is: its accounts, its months and the tables it is described in."""

import hashlib
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

INPUTS = Path(__file__).parent / "inputs"
MAPPINGS = Path(__file__).parent.parent / "mappings"

FIRST_MONTH, LAST_MONTH = "2025-10", "2026-10"
LEGACY_MONTHS = [str(p) for p in pd.period_range(FIRST_MONTH, "2026-07", freq="M")]
CUR2_MONTHS = [str(p) for p in pd.period_range("2026-08", LAST_MONTH, freq="M")]
MONTHS = LEGACY_MONTHS + CUR2_MONTHS

BUCKET = "delivery-billing-exports"
REGION = "ap-northeast-2"
EDP_SHARE = 0.04
# The payer shares its Savings Plans and reservations with every account but this one.
UNSHARED_ACCOUNT = "tokyo"
TAX_RATE = 0.10

# The coupon service changed hands; services.csv only knows the present owner, rules the old one.
MOVED_SERVICE, OLD_TEAM, MOVE_DATE = "coupon", "marketing", "2026-07-01"


@cache
def table(name: str) -> pd.DataFrame:
    """Read one table of the maker's inputs; empty cells are empty strings."""
    return pd.read_csv(INPUTS / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def mapping(name: str) -> pd.DataFrame:
    """Read one of the company's mapping tables."""
    return pd.read_csv(MAPPINGS / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def account_ids() -> dict[str, str]:
    """Return the account id of each account's short name."""
    return dict(table("accounts")[["account", "account_id"]].itertuples(index=False))


def team_of_service() -> dict[str, str]:
    """Return today's owner of each service."""
    return dict(mapping("services")[["service", "team"]].itertuples(index=False))


def moves() -> list[tuple[str, str, str]]:
    """Return each service that changed hands: its name, the team before, and the date."""
    told = mapping("services").query("valid_to != ''")
    listed = told[["service", "team", "valid_to"]].itertuples(index=False, name=None)
    return [(MOVED_SERVICE, OLD_TEAM, MOVE_DATE), *listed]


def month_start(month: str) -> pd.Timestamp:
    """Return the first moment of a billing month, UTC without a zone as in the bill."""
    return pd.Timestamp(f"{month}-01")


def month_end(month: str) -> pd.Timestamp:
    """Return the first moment of the following month."""
    return month_start(month) + pd.DateOffset(months=1)


def month_hours(month: str) -> int:
    """Return how many hours a billing month has."""
    return int((month_end(month) - month_start(month)) / pd.Timedelta(hours=1))


def hour_in_month(month: str, moment: str | pd.Timestamp, *, empty: int = 0) -> int:
    """Return a moment as hours since the month began, clipped to the month."""
    if moment == "":
        return empty
    hours = (pd.Timestamp(moment) - month_start(month)) / pd.Timedelta(hours=1)
    return int(np.clip(hours, 0, month_hours(month)))


def hex_id(*parts: object, digits: int = 17) -> str:
    """Return a stable hexadecimal id for a thing."""
    text = "|".join(map(str, parts))
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def uuid_id(*parts: object) -> str:
    """Return a stable id in the shape of a UUID."""
    digits = hex_id(*parts, digits=32)
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def rng(seed: int, *parts: object) -> np.random.Generator:
    """Return a random generator that depends on the seed and a name only."""
    return np.random.default_rng([seed, crc32("|".join(map(str, parts)).encode())])


def money(values):
    """Round costs as the bill does, to ten decimals."""
    return np.round(values, 10)
