"""Write what the company agreed with AWS: commitments, discount, credits, tax, prices."""

from pathlib import Path

import pandas as pd

from .bedrock import CLAUDE_CODE
from .commitments import Commitment, commitments
from .company import EDP_SHARE, MONTHS, TAX_RATE, month_end, month_start, table
from .fees import SUPPORT_NAMES

COLUMNS = ["kind", "name", "service", "above", "value", "valid_from", "valid_to", "note"]
SELLERS = ("Amazon Web Services Korea LLC", "Amazon Web Services, Inc.")
# Prices that were agreed for the whole term; no price cut of the story touches them.
AGREED_SKUS = ("gp3", "s3std", "cfgb", "dtout")


def write_contracts(folder: Path, *, scale: int) -> None:
    """Write business/contracts.csv."""
    rows = [*_commitments(scale), *_discount(), *_credits(), *_taxes(), *_rates()]
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    frame.to_csv(folder / "contracts.csv", index=False)


def _commitments(scale: int) -> list[dict]:
    found: dict[str, Commitment] = {}
    for month in MONTHS:
        for kind in ("sp", "ri"):
            for replica in range(scale):
                found |= {one.arn: one for one in commitments(month, kind, replica)}
    return [
        {
            "kind": "commitment",
            "name": arn,
            "value": f"{_hourly_fee(one):f}",
            "valid_from": f"{one.start:%Y-%m-%dT%H:%M}",
            "valid_to": f"{one.until:%Y-%m-%dT%H:%M}",
            "note": f"{one.name}, {one.payment}",
        }
        for arn, one in found.items()
    ]


def _hourly_fee(one: Commitment) -> float:
    if one.kind == "sp":
        return round(
            one.hourly_commitment - round(one.hourly_commitment * one.upfront_share, 10), 5
        )
    return round(one.hourly_rate * (1 - one.upfront_share) * one.count, 5)


def _discount() -> list[dict]:
    """The enterprise discount leaves out support and what others sell in the Marketplace."""
    prices = table("skus")
    sold = prices[prices["usage_type"].str.startswith("MP:")]["service_code"]
    fees = table("adjustments").query("billing_entity == 'AWS Marketplace'")["service_code"]
    without = [*(code for code, _ in SUPPORT_NAMES), *sorted({*sold, *fees, CLAUDE_CODE})]
    kind = {"kind": "enterprise_discount"}
    return [kind | {"service": "*", "value": EDP_SHARE}] + [
        kind | {"service": code, "value": 0} for code in without
    ]


def _credits() -> list[dict]:
    rows = table("adjustments").query("line_type == 'Credit'")
    return [
        {
            "kind": "credit",
            "name": row.description,
            "service": row.service_code,
            "value": abs(float(row.amount)),
            "valid_from": f"{month_start(row.month):%Y-%m-%d}",
            "valid_to": f"{month_end(row.month):%Y-%m-%d}",
        }
        for row in rows.itertuples()
    ]


def _taxes() -> list[dict]:
    return [{"kind": "tax", "name": seller, "value": TAX_RATE} for seller in SELLERS]


def _rates() -> list[dict]:
    prices = table("skus").set_index("sku")
    return [
        {
            "kind": "rate",
            "name": prices["usage_type"][sku],
            "service": prices["service_code"][sku],
            "value": prices["rate"][sku],
        }
        for sku in AGREED_SKUS
    ]
