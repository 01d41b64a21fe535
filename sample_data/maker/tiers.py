"""Price what gets cheaper with volume: all accounts fill one tier after the other together."""

import numpy as np
import pandas as pd

from .company import MONTHS, table
from .fleet import meters
from .usage import usage


def split_tiers(meters: pd.DataFrame, usage: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return meters and a month's usage with a row per tier for each meter that has tiers.

    The first tier takes the place of its meter; the others come after all meters.
    """
    tiers = table("tiers").astype({"above": float, "rate": float})
    priced, amounts, more_meters, more_amounts = meters.copy(), usage.copy(), [], []
    for sku, steps in tiers.groupby("sku", sort=False):
        at = np.flatnonzero((meters["sku"] == sku).to_numpy())
        shares = _shares(usage[at], steps["above"])
        rows = [_priced(meters.iloc[at], tier) for tier in steps.itertuples()]
        priced.iloc[at], amounts[at] = rows[0], shares[0]
        more_meters += rows[1:]
        more_amounts += shares[1:]
    return pd.concat([priced, *more_meters], ignore_index=True), np.vstack([amounts, *more_amounts])


def mean_rate(sku: str, quantity: float) -> float:
    """Return the mean price of a month's quantity of all accounts."""
    steps = table("tiers").query("sku == @sku").astype({"above": float, "rate": float})
    ends = [*steps["above"][1:], np.inf]
    pairs = zip(steps["above"], ends, steps["rate"], strict=True)
    return sum(max(min(quantity, end) - above, 0) * rate for above, end, rate in pairs) / quantity


def _shares(usage: np.ndarray, above: pd.Series) -> list[np.ndarray]:
    """Return what of each hour's usage falls into each tier, hour after hour."""
    by_hour = usage.T
    upto = by_hour.cumsum().reshape(by_hour.shape)
    before = upto - by_hour
    ends = [*above[1:], np.inf]
    return [
        np.round(np.clip(upto, low, high) - np.clip(before, low, high), 10).T
        for low, high in zip(above, ends, strict=True)
    ]


def _priced(meters: pd.DataFrame, tier) -> pd.DataFrame:
    text = tier.text + " " + meters["description"]
    return meters.assign(rate=tier.rate, rate_code=tier.code, description=text)


def tier_changes(seed: int) -> list[tuple]:
    """Return the months whose volume passes a tier, and by which share its mean price falls."""
    found = []
    for sku in table("tiers")["sku"].unique():
        fleet = meters(seed)[lambda rows, sku=sku: rows["sku"] == sku]
        volumes = [usage(fleet, month, seed=seed).sum() for month in MONTHS]
        tops = table("tiers").query("sku == @sku")["above"].astype(float)
        for month, before, now in zip(MONTHS[1:], volumes, volumes[1:], strict=False):
            passed = [top for top in tops if before <= top < now]
            if passed:
                share = round(mean_rate(sku, now) / mean_rate(sku, before) - 1, 4)
                note = f"From {before:,.0f} to {now:,.0f} GB: past {max(passed):,.0f}"
                key = fleet["usage_type"].iloc[0]
                found.append((f"{month}-01", "price_tier", key, share, "share", note))
    return found
