"""Decide, hour by hour, which usage a reservation or a Savings Plan pays for."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .company import CUR2_MONTHS, UNSHARED_ACCOUNT, account_ids, hour_in_month, table, uuid_id

PAYMENT_UPFRONT_SHARE = {"No Upfront": 0.0, "Partial Upfront": 0.5, "All Upfront": 1.0}
# The price list's plan discounts are those of a one year plan without upfront payment.
USUAL_PLAN_DISCOUNT = 0.28


@dataclass(frozen=True)
class Commitment:
    """One reservation or Savings Plan as it stands in one month."""

    name: str
    kind: str
    account: str
    sku: str
    count: int
    hourly_commitment: float
    hourly_rate: float
    payment: str
    years: int
    discount: float
    start: pd.Timestamp
    end: pd.Timestamp
    first_hour: int
    last_hour: int
    arn: str
    until: pd.Timestamp
    is_successor: bool

    @property
    def is_paid_net(self) -> bool:
        """Whether its upfront fee was paid when discounts were in net columns already."""
        paid = self.end - pd.DateOffset(years=self.years)
        return f"{paid:%Y-%m}" in CUR2_MONTHS

    @property
    def upfront_share(self) -> float:
        return PAYMENT_UPFRONT_SHARE[self.payment]

    @property
    def term_hours(self) -> int:
        return int((self.end - self.start) / pd.Timedelta(hours=1))

    @property
    def hours(self) -> int:
        return self.last_hour - self.first_hour


def commitments(month: str, kind: str, replica: int = 0) -> list[Commitment]:
    """Return the commitments of a kind that are active in a month."""
    rows = table("commitments").query("kind == @kind and returned == ''").to_dict("records")
    known = [_commitment(row, month, replica) for row in rows]
    return [commitment for commitment in known if commitment.hours > 0]


def returned(month: str, replica: int = 0) -> list[tuple[Commitment, pd.Timestamp]]:
    """Return the reservations that were bought or given back in a month, unused, and when."""
    rows = table("commitments").query("returned != ''").to_dict("records")
    known = [(_commitment(row, month, replica), pd.Timestamp(row["returned"])) for row in rows]
    months = [(f"{one.start:%Y-%m}", f"{moment:%Y-%m}") for one, moment in known]
    return [pair for pair, those in zip(known, months, strict=True) if month in those]


def _commitment(row: dict, month: str, replica: int) -> Commitment:
    start = pd.Timestamp(row["start"])
    end = pd.Timestamp(row["term_start"] or start) + pd.DateOffset(years=int(row["years"]))
    # A reservation that was modified ends when others take its place.
    until = pd.Timestamp(row["until"] or end)
    return Commitment(
        name=row["commitment"],
        kind=row["kind"],
        account=row["account"],
        sku=row["sku"],
        count=int(row["count"]),
        hourly_commitment=float(row["hourly_commitment"] or 0),
        hourly_rate=_reserved_rate(row),
        payment=row["payment"],
        years=int(row["years"]),
        discount=float(row["discount"] or USUAL_PLAN_DISCOUNT),
        start=start,
        end=end,
        first_hour=hour_in_month(month, start),
        last_hour=hour_in_month(month, until),
        arn=_arn(row, replica),
        until=until,
        is_successor=row["term_start"] != "",
    )


def _reserved_rate(row: dict) -> float:
    """Return what a reserved hour costs, upfront part included."""
    if row["kind"] == "sp":
        return 0.0
    prices = table("skus").set_index("sku")["rate"]
    return round(float(prices[row["sku"]]) * (1 - float(row["discount"])), 5)


def _arn(row: dict, replica: int) -> str:
    account, number = account_ids()[row["account"]], uuid_id(row["commitment"], replica)
    if row["kind"] == "sp":
        return f"arn:aws:savingsplans::{account}:savingsplan/{number}"
    words = {
        "aurora16": ("rds", "ri"),
        "mysql12": ("rds", "ri"),
        "redis16": ("elasticache", "reserved-instance"),
        "os12": ("es", "reserved-instances"),
        "r6i24": ("ec2", "reserved-instances"),
        "m7i48jp": ("ec2", "reserved-instances"),
        "c7i48jp": ("ec2", "reserved-instances"),
        "aurora7jp": ("rds", "ri"),
    }
    service, noun = words[row["sku"]]
    region = table("skus").set_index("sku")["region"][row["sku"]]
    separator = ":" if service in ("rds", "elasticache") else "/"
    return f"arn:aws:{service}:{region}:{account}:{noun}{separator}{number}"


def reserve(
    meters: pd.DataFrame, usage: np.ndarray, reservation: Commitment
) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the meters that fit and the hours a reservation covers of each.

    The owner's account comes first; what is left floats to the other accounts.
    """
    fits = np.flatnonzero((meters["sku"] == reservation.sku).to_numpy())
    own = (meters["account"].to_numpy()[fits] == reservation.account).astype(int)
    fits = fits[np.argsort(-own, kind="stable")]
    running = usage[fits]
    before = running.cumsum(axis=0) - running
    covered = np.clip(reservation.count - before, 0, running)
    return fits, covered * _active(usage, reservation)


def plan_rates(meters: pd.DataFrame, rate: np.ndarray, plan: Commitment) -> np.ndarray:
    """Return each meter's Savings Plan rate; nan where plans don't apply."""
    discount = meters["sp_discount"].to_numpy() * plan.discount / USUAL_PLAN_DISCOUNT
    discount[(meters["account"] == UNSHARED_ACCOUNT).to_numpy()] = np.nan
    return np.round(rate * (1 - discount), 5)


def save(
    usage: np.ndarray, plan_rate: np.ndarray, rate: np.ndarray, plan: Commitment
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of eligible meters and the hours a plan covers, best saving first.

    The meter at which the commitment runs out is covered in part.
    """
    eligible = np.flatnonzero(~np.isnan(plan_rate))
    saving = 1 - plan_rate[eligible] / rate[eligible]
    eligible = eligible[np.argsort(-np.round(saving, 4), kind="stable")]
    wanted = usage[eligible] * plan_rate[eligible, None]
    before = wanted.cumsum(axis=0) - wanted
    paid = np.clip(plan.hourly_commitment - before, 0, wanted)
    share = np.divide(paid, wanted, out=np.zeros_like(paid), where=wanted > 0)
    # Whole hours stay whole; only the last one is cut, and never above the commitment.
    covered = np.floor(usage[eligible] * share * 1e6 + 1e-3) / 1e6
    return eligible, covered * _active(usage, plan)


def _active(usage: np.ndarray, commitment: Commitment) -> np.ndarray:
    hour = np.arange(usage.shape[1])
    return (hour >= commitment.first_hour) & (hour < commitment.last_hour)
