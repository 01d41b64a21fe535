"""Write what finance knows of invoices: the rate they were booked at, and when they were paid."""

import json
from pathlib import Path

import pandas as pd

from .business import exchange_rates
from .company import rng
from .cur2 import DELIVERIES
from .demand import korean_holidays

# The bank's rate of a day is so far off its month's mean.
RATE_DRIFT = 0.004


def write_payments(project: Path, *, seed: int) -> None:
    """Write one row per invoice of `project`; what is due after the last delivery is not paid."""
    rows = [_payment(one, seed) for one in _summaries(project / "invoices")]
    pd.DataFrame(rows).to_csv(project / "business" / "payments.csv", index=False)


def _summaries(folder: Path) -> list[dict]:
    files = sorted(folder.glob("*.json"))
    return [one for path in files for one in json.loads(path.read_text())["InvoiceSummaries"]]


def _payment(summary: dict, seed: int) -> dict[str, str]:
    """Pay an invoice on the working day on which it falls due, or on the first after it."""
    conversion = summary["PaymentCurrencyAmount"]["CurrencyExchangeDetails"]
    day = _working_day(pd.Timestamp(summary["DueDate"][:10]))
    is_paid = day <= pd.Timestamp(DELIVERIES[-1].moment[:10])
    return {
        "invoice_id": summary["InvoiceId"],
        "invoice_rate": conversion["Rate"],
        "payment_date": f"{day:%Y-%m-%d}" if is_paid else "",
        "payment_rate": f"{_rate(day, seed):.2f}" if is_paid else "",
    }


def _working_day(day: pd.Timestamp) -> pd.Timestamp:
    while day.weekday() >= 5 or day.date() in korean_holidays():
        day += pd.Timedelta(days=1)
    return day


def _rate(day: pd.Timestamp, seed: int) -> float:
    """Return the bank's rate of a day, from the mean of its month or of the last one before."""
    means = exchange_rates(seed).set_index("billing_period")["rate"]
    mean = means[means.index <= f"{day:%Y-%m}"].iloc[-1]
    return mean * (1 + rng(seed, "payment", f"{day:%Y-%m-%d}").normal(0, RATE_DRIFT))
