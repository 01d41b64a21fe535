"""Read amounts of a table for drawing, in one currency."""

import pandas as pd

from finops.text import is_missing

__all__ = ["dates_text", "floats", "one_currency"]

_AMOUNTS = ("_cost", "_change", "_share", "_revenue", "_budget", "_orders")


def one_currency(frame: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """Return the rows of the billing currency with most cost, its code, and what is left out.

    Amounts become floats here; money of two currencies never adds up.
    """
    amounts = [name for name in frame.columns if name.endswith(_AMOUNTS)]
    cost = floats(frame, amounts)
    sizes = cost["effective_cost"].abs().groupby(frame["billing_currency"].astype(str)).sum()
    sizes = sizes.sort_values(ascending=False, kind="stable")
    if sizes.empty:
        return cost, "", ""
    currency, others = str(sizes.index[0]), [str(name) for name in sizes.index[1:]]
    left_out = f"without the cost in {', '.join(sorted(others))}" if others else ""
    return cost[cost["billing_currency"] == currency], currency, left_out


def floats(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return `frame` with exact amounts as floats, which is all that a drawing needs."""
    values = {
        name: [float("nan") if is_missing(value) else float(value) for value in frame[name]]
        for name in columns
    }
    return frame.assign(
        **{name: pd.Series(v, index=frame.index, dtype="float64") for name, v in values.items()}
    )


def dates_text(dates: pd.Series) -> list[str]:
    """Return days as ISO dates, which plotly reads in any time zone alike."""
    return [str(pd.Timestamp(date).date()) for date in dates]
