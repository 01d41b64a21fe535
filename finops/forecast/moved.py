"""Find the estimate that was kept before another one of the same month."""

from pathlib import Path

from finops.forecast.estimate import Estimate
from finops.forecast.vintages import read_vintages

__all__ = ["kept_before"]


def kept_before(project: Path, estimate: Estimate) -> Estimate | None:
    """Return the newest kept estimate of an earlier day that has the month of `estimate`.

    Of several of one day, the last that was made. None if nothing is kept. Raises BadSource for one
    that can't be read.
    """
    period = min(estimate.summary["billing_period"])
    found = [
        Estimate(**one)
        for one in read_vintages(project)
        if one["as_of"] < estimate.as_of and (one["summary"]["billing_period"] == period).any()
    ]
    return max(found, key=lambda one: (one.as_of, one.made_on), default=None)
