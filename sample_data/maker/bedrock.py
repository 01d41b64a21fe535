"""Bill models of Bedrock; CUR 2.0 tells model, kind of token and the IAM principal that asked."""

import numpy as np
import pandas as pd

from .charges import NET, PUBLIC, QUANTITY, UNBLENDED, Charges, after_edp, rate_text
from .company import (
    CUR2_MONTHS,
    REGION,
    account_ids,
    hex_id,
    money,
    month_hours,
    rng,
    table,
)

# Models of others are sold in the Marketplace under codes of their own, not as AmazonBedrock.
CLAUDE_CODE = "7zgyu5r4mq1xk8vd3bt9nhw2cj"
CODES = {
    "Anthropic": (CLAUDE_CODE, "Claude Sonnet 4.6 (Amazon Bedrock Edition)", "AWS Marketplace"),
    "Amazon": ("AmazonBedrock", "Amazon Bedrock", "AWS"),
}
# The hour of the day (UTC) in which a day's tokens are billed.
HOUR = 11


def bedrock_charges(
    month: str, seed: int, replica: int = 0, until_hour: int | None = None
) -> list[Charges]:
    """Return a month's tokens: one line per model, kind of token and principal, one row a day."""
    uses = table("bedrock")
    amounts = pd.concat(
        [_days(line, use, month, seed) for line, use in enumerate(uses.itertuples())]
    )
    if until_hour is not None:
        amounts = amounts[amounts["start"] < until_hour]
    return [Charges(_lines(uses, month, replica), amounts.reset_index(drop=True))]


def bedrock_truth(seed: int, scale: int) -> pd.DataFrame:
    """Return thousands of tokens and list cost per month, account, model, kind and principal."""
    parts = []
    for month in CUR2_MONTHS:
        uses = table("bedrock")
        days = [_days(line, use, month, seed) for line, use in enumerate(uses.itertuples())]
        parts.append(
            pd.DataFrame(
                {
                    "billing_period": month,
                    "sub_account_id": uses["account"].map(account_ids()),
                    "model": uses["model"],
                    "token_type": uses["feature"],
                    "iam_principal": [_principal(use) for use in uses.itertuples()],
                    "thousand_tokens": [f"{one[QUANTITY].sum() * scale:.3f}" for one in days],
                    "list_usd": [f"{one[PUBLIC].sum() * scale:.6f}" for one in days],
                }
            )
        )
    return pd.concat(parts)


def _days(line: int, use, month: str, seed: int) -> pd.DataFrame:
    """Return one line's tokens by day, in thousands."""
    days = np.arange(month_hours(month) // 24)
    noise = rng(seed, "bedrock", use.usage_type, use.principal, month).lognormal(0, 0.05, len(days))
    quantity = np.round(float(use.thousands_a_day) * noise, 3)
    cost = money(quantity * float(use.rate))
    start = days * 24 + HOUR
    return pd.DataFrame(
        {
            "line": line,
            "start": start,
            "end": start + 1,
            QUANTITY: quantity,
            UNBLENDED: cost,
            NET: after_edp(cost, _is_discounted(use)),
            PUBLIC: cost,
        }
    )


def _is_discounted(use) -> bool:
    return CODES[use.provider][2] == "AWS"


def _principal(use) -> str:
    return f"arn:aws:{use.principal}".replace("{account}", account_ids()[use.account])


def _lines(uses: pd.DataFrame, month: str, replica: int) -> pd.DataFrame:
    of_2026 = month in CUR2_MONTHS
    rows = uses.itertuples()
    return pd.DataFrame([_line(use, replica) | (_told(use) if of_2026 else {}) for use in rows])


def _told(use) -> dict[str, str]:
    """Return what only newer bills tell of tokens."""
    return {
        "line_item_iam_principal": _principal(use),
        "product:model": use.model,
        "product:provider": use.provider,
        "product:inference_type": "On-demand Inference",
        "product:feature": use.feature,
    }


def _line(use, replica: int) -> dict:
    code, name, entity = CODES[use.provider]
    rate, account = float(use.rate), account_ids()[use.account]
    profile = hex_id("profile", use.principal, replica, digits=12) if use.tags else ""
    net = float(after_edp(rate, _is_discounted(use)))
    return {
        "line_item_usage_account_id": account,
        "line_item_line_item_type": "Usage",
        "line_item_product_code": code,
        "line_item_usage_type": use.usage_type,
        "line_item_operation": use.operation,
        "line_item_resource_id": f"arn:aws:bedrock:{REGION}:{account}:"
        f"application-inference-profile/{profile}"
        if profile
        else "",
        "line_item_line_item_description": f"${rate:.10f}".rstrip("0")
        + f" per 1K {use.feature.lower()} of {use.model}",
        "line_item_unblended_rate": rate_text(rate),
        "line_item_blended_rate": rate_text(rate),
        "line_item_net_unblended_rate": rate_text(net),
        "pricing_public_on_demand_rate": rate_text(rate),
        "pricing_unit": "1K tokens",
        "pricing_term": "OnDemand",
        "bill_billing_entity": entity,
        "product:product_name": name,
        "product:servicecode": code,
        "product:product_family": "Amazon Bedrock",
        "product:region": REGION,
        "product:region_code": REGION,
        "tags": {"user_service": use.service} if use.tags else {},
        "service": use.service,
        "environment": "prod",
        "replica": replica,
        "edp": _is_discounted(use),
    }
