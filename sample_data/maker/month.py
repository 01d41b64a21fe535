"""Put one month's bill together, before it is written in either format."""

import pandas as pd

from . import bedrock, commitment_fees, fees
from .charges import NET, UNBLENDED, Charges, concat, with_line_ids
from .company import LEGACY_MONTHS, account_ids
from .covered import bill_usage
from .fleet import meters
from .splits import pod_charges
from .tiers import split_tiers
from .usage import rates, usage


def month_charges(
    month: str, *, seed: int, replica: int = 0, until_hour: int | None = None
) -> Charges:
    """Return every charge of a month.

    With `until_hour` the bill is as it stood before closing: the last hours of usage and the
    support fee have not arrived.
    """
    fleet = meters(seed, replica)
    amounts = usage(fleet, month, seed=seed)
    if until_hour is not None:
        amounts[:, until_hour:] = 0
    fleet, amounts = split_tiers(fleet, amounts)
    billed = bill_usage(fleet, amounts, rates(fleet, month), month, replica)
    parts = [
        billed.on_demand,
        *(part for _, part in billed.by_reservation + billed.by_plan),
        *commitment_fees.negations(billed),
        *commitment_fees.plan_fees(billed, month),
        *commitment_fees.reservation_fees(billed, month, replica),
        *fees.adjustments(month),
        *bedrock.bedrock_charges(month, seed, replica, until_hour),
    ]
    posted = [*parts, fees.support(concat(parts), month)] if until_hour is None else parts
    return _finish(_discounted(posted, month), pod_charges(billed, fleet), month, replica)


def _discounted(parts: list[Charges], month: str) -> list[Charges]:
    """Legacy months show the enterprise discount as lines, later months as net columns."""
    return [*parts, fees.edp_discounts(concat(parts))] if month in LEGACY_MONTHS else parts


def _finish(parts: list[Charges], pods: list[Charges], month: str, replica: int) -> Charges:
    """Add tax, and in CUR 2.0 months the pods, and name every line."""
    legacy = month in LEGACY_MONTHS
    tax = fees.taxes(concat(parts), month, UNBLENDED if legacy else NET)
    charges = concat([*parts, tax, *([] if legacy else pods)])
    return with_line_ids(Charges(_with_defaults(charges.lines, replica), _sorted(charges.amounts)))


def _with_defaults(lines: pd.DataFrame, replica: int) -> pd.DataFrame:
    """Fill what all lines have in common."""
    lines = lines.assign(replica=replica, bill_payer_account_id=account_ids()["payer"])
    for column, value in {
        "bill_billing_entity": "AWS",
        "bill_bill_type": "Anniversary",
        "line_item_currency_code": "USD",
        "pricing_currency": "USD",
    }.items():
        known = lines[column] if column in lines else pd.Series("", index=lines.index)
        lines[column] = known.where(known != "", value)
    foreign = lines["bill_billing_entity"] == "AWS Marketplace"
    entity = foreign.map(
        {True: "Amazon Web Services, Inc.", False: "Amazon Web Services Korea LLC"}
    )
    return lines.assign(line_item_legal_entity=entity, bill_invoicing_entity=entity)


def _sorted(amounts: pd.DataFrame) -> pd.DataFrame:
    return amounts.sort_values(["line", "start"], ignore_index=True)
