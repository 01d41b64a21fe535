"""Hold the lines of an estimate with what they may be off by, and add them up by any view."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from finops.anomalies.series import Floats
from finops.forecast.sources import ITEM

__all__ = [
    "COVERAGE",
    "LINE",
    "PARTS",
    "SCOPES",
    "Outlook",
    "cents",
    "interval",
    "line_frame",
    "scope_keys",
]

# Of ten months, eight should end within low and high.
COVERAGE = 0.8
# What a line adds up of: charges so far, what incomplete days still get, days to come.
PARTS = ["x_posted", "x_late", "x_forecast"]
LINE = ["billing_period", "x_measure", *ITEM]
SCOPES = {
    "company": [],
    "team": ["x_team"],
    "service": ["x_service"],
    "cost_centre": ["x_cost_centre"],
    "aws_service": ["service_name"],
    "item": ["x_team", "service_name"],
    "kind": ["x_kind"],
}
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Outlook:
    """One row of `lines` per month, measure and item; the columns of `LINE` and `PARTS`.

    `draws` has a column per line and a row per past day on which the same forecast was off by so
    much: all lines of a row are of one day, so that their sums are off as they were together.
    `independent` is for how many days of their own these count, if for fewer.
    """

    lines: pd.DataFrame
    draws: Floats
    independent: float | None = None

    def summary(self) -> pd.DataFrame:
        """Return estimate, low and high by month, measure, currency and scope.

        One row per billing_period, x_measure, billing_currency, x_scope (`company`, `team`,
        `service`, `cost_centre`, `aws_service`, `item`, `kind`) and x_key (`*` for the company):
        x_posted, x_estimate (exact sums of lines), x_low and x_high (80 % interval), in the
        billing currency.
        """
        return pd.concat([self._of_scope(one) for one in SCOPES], ignore_index=True)

    def _of_scope(self, scope: str) -> pd.DataFrame:
        by = ["billing_period", "x_measure", "billing_currency"]
        key = scope_keys(self.lines, SCOPES[scope])
        groups = self.lines.assign(x_scope=scope, x_key=key).groupby(
            [*by, "x_scope", "x_key"], sort=True
        )
        rows = [
            dict(zip([*by, "x_scope", "x_key"], names, strict=True)) | self._sums(group)
            for names, group in groups
        ]
        return pd.DataFrame(rows)

    def _sums(self, group: pd.DataFrame) -> dict[str, object]:
        posted, *rest = (sum(group[part], Decimal(0)) for part in PARTS)
        estimate = posted + sum(rest, Decimal(0))
        either_side = cents(interval(self.draws[:, group.index].sum(axis=1), self.independent))
        return {
            "x_posted": posted,
            "x_estimate": estimate,
            "x_low": estimate - either_side,
            "x_high": estimate + either_side,
        }


def interval(missed: Floats, independent: float | None = None) -> float:
    """Return how far to each side 80 % of what is missed lies, whatever its sign.

    Of n past days it is the miss of rank (n + 1) x 80 %, rounded up (split conformal prediction),
    or the largest. Where the days count as fewer `independent` ones, the share is
    (independent + 1) / independent x 80 %, and above 1 that many times the largest.
    """
    known = np.sort(np.abs(missed[np.isfinite(missed)]))
    if not len(known):
        return 0.0
    count = independent or len(known)
    share = (count + 1) / count * COVERAGE
    wider = max(share, 1.0) if independent else 1.0
    rank = int(np.ceil(round(len(known) * share, 9)))
    return float(known[min(rank, len(known)) - 1]) * wider


def line_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as lines."""
    return pd.DataFrame(rows, columns=[*LINE, *PARTS]).astype(object)


def cents(value: float) -> Decimal:
    """Return a forecast as money; more digits than cents would pretend to be known."""
    return Decimal(repr(float(value))).quantize(_CENT)


def scope_keys(lines: pd.DataFrame, columns: list[str]) -> "pd.Series[str]":
    """Return the key of each line in a scope of these columns; `*` is the whole company."""
    if not columns:
        return pd.Series("*", index=lines.index, dtype=object)
    texts = [lines[name].astype(str) for name in columns]
    keys = [" / ".join(one) for one in zip(*texts, strict=True)]
    return pd.Series(keys, index=lines.index, dtype=object)
