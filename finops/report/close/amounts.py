"""Values of a close as its tables show them: exact money, and ids that tell commitments apart."""

from decimal import Decimal

import pandas as pd

from finops.close.recognition import exact

__all__ = ["moneys", "short_id"]


def moneys(rows: pd.DataFrame, column: str, currency: str) -> list[Decimal]:
    """Return a column of coins as exact money of `currency`."""
    return [exact(coins, currency) for coins in rows[column]]


def short_id(commitment: str) -> str:
    """Return the end of an ARN, which is what tells commitments apart."""
    return commitment.split(":")[-1]
