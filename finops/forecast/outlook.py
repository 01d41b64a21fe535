"""Hold the lines of an estimate with what they may be off by, and add them up by any view."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats, Mask
from finops.forecast.known import ITEM

__all__ = [
    "COVERAGE",
    "LINE",
    "PARTS",
    "SCOPES",
    "Outlook",
    "cents",
    "interval",
    "intervals",
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
_BY = ["billing_period", "x_measure", "billing_currency"]
_SUMS = ["x_posted", "x_estimate", "x_low", "x_high", "x_shortfall"]
# Past days, 5 apart, that tell as much of a view as all views do: three months.
_POOLED_DAYS = 18
_LEAST_VIEWS, _LEAST_SIZE = 3, 1.0
# Of n past days the miss of rank 0.8 (n + 1) holds 80 %: fewer than four have no such rank.
_LEAST_DAYS = 4
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Outlook:
    """One row of `lines` per month, measure and item; the columns of `LINE` and `PARTS`.

    `draws` has a column per line and a row per past day on which the same forecast was off by so
    much: all lines of a row are of one day, so that their sums are off as they were together. NaN
    stands where a line wasn't forecast, or was not there yet. `unsure` says which lines are
    forecast; the others are posted or come by a rule. `is_over`: no day is left to forecast.
    """

    lines: pd.DataFrame
    draws: Floats
    unsure: Mask
    is_over: bool = False

    def summary(self) -> pd.DataFrame:
        """Return estimate, low and high by month, measure, currency and scope.

        One row per billing_period, x_measure, billing_currency, x_scope (`company`, `team`,
        `service`, `cost_centre`, `aws_service`, `item`, `kind`) and x_key (`*` for the company):
        x_posted, x_estimate (exact sums of lines), x_low and x_high (80 % interval; None where
        the past doesn't tell what a forecast may miss by, x_estimate of a month that is over) and
        x_shortfall (what the same forecast was too low by on past days, on average; None where few
        tell), in the billing currency.
        """
        groups = self.lines.groupby(_BY, sort=True)
        rows = [
            dict(zip(_BY, names, strict=True)) | {"x_scope": scope} | row
            for scope in SCOPES
            for names, part in groups
            for row in self._of_scope(part, scope)
        ]
        return pd.DataFrame(rows, columns=[*_BY, "x_scope", "x_key", *_SUMS])

    def _of_scope(self, part: pd.DataFrame, scope: str) -> list[dict[str, object]]:
        views = part.groupby(scope_keys(part, SCOPES[scope]), sort=True).indices
        rows = [part.index.to_numpy()[places] for places in views.values()]
        missed = np.array([_together(self.draws[:, one]) for one in rows]).T
        sizes = np.array([abs(self._expected[one].sum()) for one in rows])
        amounts = self.lines[PARTS].to_numpy()
        known = zip(intervals(missed, sizes), _mean(missed), strict=True)
        return [
            {"x_key": key} | _sums(amounts[one], either_side, shortfall, self.is_over)
            for key, one, (either_side, shortfall) in zip(views, rows, known, strict=True)
        ]

    @cached_property
    def _expected(self) -> Floats:
        """Return how much of each line is a forecast that may miss."""
        parts = self.lines[["x_late", "x_forecast"]].to_numpy(dtype=float).sum(axis=1)
        expected: Floats = np.where(self.unsure, parts, 0.0)
        return expected


def _together(draws: Floats) -> Floats:
    """Return what the lines of a view missed on each past day; NaN where none was there."""
    found: Floats = np.where(np.isnan(draws).all(axis=1), np.nan, np.nansum(draws, axis=1))
    return found


def _mean(missed: Floats) -> Floats:
    """Return what each view (column) missed on average; NaN with fewer than four past days."""
    counts = np.isfinite(missed).sum(axis=0)
    sums = np.nansum(missed, axis=0)
    found: Floats = np.where(counts >= _LEAST_DAYS, sums / np.maximum(counts, 1), np.nan)
    return found


def _sums(
    amounts: NDArray[np.object_], either_side: float, shortfall: float, is_over: bool
) -> dict[str, object]:
    posted, *rest = (sum(column, Decimal(0)) for column in amounts.T)
    estimate = posted + sum(rest, Decimal(0))
    # What is posted stays: only what is itself below zero, such as a credit, takes away of it.
    least = sum((min(line[0], sum(line, Decimal(0))) for line in amounts), Decimal(0))
    known = None if np.isnan(either_side) else cents(either_side)
    low, high = (estimate, estimate) if is_over else (None, None)
    # A width of nothing is no interval: nobody knows a month that still has days to come.
    if known:
        low, high = max(estimate - known, least), estimate + known
    missed = None if np.isnan(shortfall) else cents(shortfall)
    return dict(zip(_SUMS, (posted, estimate, low, high, missed), strict=True))


def intervals(missed: Floats, sizes: Floats) -> Floats:
    """Return how far to each side 80 % of what may be missed lies, by view.

    `missed` has a row per past day and a column per view, `sizes` what each view is forecast at.
    Half of an interval is what the view itself missed once there are 18 days, less with fewer; the
    rest is what all views missed of their size, as few days of its own don't show what may happen
    to one. A view that stands alone has only itself. A day on which a view was not there yet (NaN)
    counts for nothing; NaN where fewer than four days tell.
    """
    days = np.isfinite(missed).sum(axis=0)
    own = np.array([interval(one) for one in missed.T])
    known = (sizes > _LEAST_SIZE) & (days >= _LEAST_DAYS)
    if known.sum() < _LEAST_VIEWS:
        return np.where(days >= _LEAST_DAYS, own, np.nan)
    share = days / (days + _POOLED_DAYS)
    pooled = np.nanquantile(np.abs(missed[:, known]) / sizes[known], COVERAGE)
    found: Floats = share * own + (1 - share) * pooled * sizes
    return found


def interval(missed: Floats) -> float:
    """Return how far to each side 80 % of what is missed lies, whatever its sign.

    Of n past days it is the miss of rank (n + 1) x 80 %, rounded up (split conformal prediction),
    or the largest.
    """
    known = np.sort(np.abs(missed[np.isfinite(missed)]))
    if not len(known):
        return 0.0
    rank = int(np.ceil(round((len(known) + 1) * COVERAGE, 9)))
    return float(known[min(rank, len(known)) - 1])


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
