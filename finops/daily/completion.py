"""Say how much of a day's cost has arrived by which age, from how earlier deliveries filled up."""

import pandas as pd

from finops.daily.arrivals import LONGEST

__all__ = ["LEAST_SHARE", "completion", "share_of"]

# A day of which less than this arrived is forecast: dividing by so little multiplies the noise.
LEAST_SHARE = 0.5
_LEAST_DAYS = 10
EVERY = "*"


def completion(observed: pd.DataFrame) -> pd.DataFrame:
    """Return service_name, x_age and x_share: what part of a day had arrived `x_age` days after it.

    Takes one row per delivery, day and AWS service, of days whose final cost is known since:
    service_name, x_age (days), known and final (cost then and in the end). A share is the sum of
    what was known over the sum of what came (chain ladder); `*` is all services. Ages seen on
    fewer than 10 days and ages above 5 are left out: a day of that age counts as complete.
    """
    seen = observed[observed["x_age"].between(1, LONGEST)]
    parts = [seen, seen.assign(service_name=EVERY)]
    sums = pd.concat(parts).groupby(["service_name", "x_age"])
    found = sums.agg(
        known=("known", "sum"), final=("final", "sum"), days=("charge_date", "nunique")
    )
    found = found[(found["days"] >= _LEAST_DAYS) & (found["final"] > 0)].reset_index()
    share = (found["known"] / found["final"]).clip(0.0, 1.0)
    return found.assign(x_share=share)[["service_name", "x_age", "x_share"]]


def share_of(shares: pd.DataFrame, service_name: str, age: int) -> float | None:
    """Return the share of a day of that age that has arrived; None where nobody has seen it."""
    for name in (service_name, EVERY):
        found = shares[(shares["service_name"] == name) & (shares["x_age"] == age)]["x_share"]
        if len(found):
            return float(found.iloc[0])
    return None
