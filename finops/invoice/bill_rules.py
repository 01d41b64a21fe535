"""Find what the bill itself charges too much or too little, rule by rule, with the evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from finops.inputs.contracts import Contract
from finops.invoice.credits import Credit, apply_credits
from finops.invoice.difference import tolerance
from finops.sql import read_query

__all__ = ["RULES", "Finding", "Rule", "findings"]

COLUMNS = [
    "sub_account_id",
    "x_service_code",
    "x_usage_type",
    "resource_id",
    "x_values",
    "x_lines",
    "x_billed_cost",
    "x_expected_cost",
    "x_difference",
]


@dataclass(frozen=True)
class Rule:
    """A question to the bill: the query finops/invoice/rules/<name>.sql, and what it needs.

    `contract` is a kind of row in business/contracts.csv, `fact` a column of bill_facts.sql.
    """

    name: str
    contract: str = ""
    fact: str = ""


RULES = (
    Rule("duplicate_lines", fact="x_has_line_ids"),
    Rule("above_list_price", fact="x_has_list_prices"),
    Rule("contract_rate", contract="rate"),
    Rule("commitment_fee", contract="commitment"),
    Rule("expired_commitment", fact="x_has_commitments"),
    Rule("enterprise_discount", contract="enterprise_discount"),
    Rule("support_fee", fact="x_has_support_tiers"),
    Rule("resource_hours", fact="x_has_instance_hours"),
    Rule("closed_account", contract="account"),
    Rule("ended_resource", contract="resource"),
    Rule("unused_region", fact="x_has_known_regions"),
    Rule("expired_credit", contract="credit"),
    Rule("unused_credit", contract="credit"),
    Rule("wrong_seller", contract="tax"),
    Rule("tax_rate", contract="tax"),
    Rule("missing_account_days"),
    Rule("missing_hours", fact="x_is_hourly"),
    Rule("late_usage"),
    Rule("negative_usage"),
    Rule("covered_above_commitment", fact="x_has_commitments"),
)


@dataclass(frozen=True)
class Finding:
    """What one rule found: rows, their evidence in x_values, or `lacks`, what the data has not.

    `lacks` is a kind of contract or a column of bill_facts.sql; empty where the rule has an answer.

    Rows have sub_account_id, x_service_code, x_usage_type, resource_id, x_values, x_lines,
    x_billed_cost, x_expected_cost and x_difference; above 0 is billed too much. What is within
    rounding is left out.
    """

    rule: str
    rows: pd.DataFrame
    lacks: str = ""

    @property
    def over_billed(self) -> Decimal:
        """What the bill has too much by this rule."""
        return sum((one for one in self.rows["x_difference"] if one > 0), Decimal(0))

    @property
    def under_billed(self) -> Decimal:
        """What the bill has too little by this rule."""
        return -sum((one for one in self.rows["x_difference"] if one < 0), Decimal(0))


def findings(con: duckdb.DuckDBPyConnection, contracts: list[Contract]) -> list[Finding]:
    """Return what each rule of `RULES` finds, in that order.

    `con` reads a build and has the tables invoice_month, month_charges, contracts and
    support_tiers.
    """
    facts = con.execute(_query("bill_facts")).fetchdf().to_dict("records")[0]
    kinds: set[str] = {one.kind for one in contracts}
    return [_finding(con, rule, facts, kinds) for rule in RULES]


def _finding(
    con: duckdb.DuckDBPyConnection, rule: Rule, facts: dict[Any, Any], kinds: set[str]
) -> Finding:
    if rule.contract and rule.contract not in kinds:
        return Finding(rule.name, pd.DataFrame(columns=COLUMNS), rule.contract)
    if rule.fact and not facts[rule.fact]:
        return Finding(rule.name, pd.DataFrame(columns=COLUMNS), rule.fact)
    if rule.name == "unused_credit":
        return Finding(rule.name, _frame(_unused_credits(con)))
    rows = con.execute(_query(rule.name))
    names = [column[0] for column in rows.description or []]
    return Finding(rule.name, _frame(dict(zip(names, one, strict=True)) for one in rows.fetchall()))


def _frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows whose difference is more than rounding, the largest first."""
    kept = []
    for one in rows:
        billed, expected = Decimal(one["x_billed_cost"]), Decimal(one["x_expected_cost"])
        if abs(billed - expected) > tolerance(one["x_lines"]):
            kept.append(
                one
                | {
                    "x_billed_cost": billed,
                    "x_expected_cost": expected,
                    "x_difference": billed - expected,
                }
            )
    kept.sort(key=lambda one: -abs(one["x_difference"]))
    return pd.DataFrame(kept, columns=COLUMNS)


def _unused_credits(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return each running credit with what it gave, and what AWS's order of use would have."""
    rows = con.execute(_query("credit_use"))
    names = [column[0] for column in rows.description or []]
    found = [dict(zip(names, one, strict=True)) for one in rows.fetchall()]
    charges = {one["x_service_code"]: Decimal(one["x_charged_cost"]) for one in found}
    agreed = {one["line"]: one for one in found}
    credits_left = [
        Credit(
            name=str(line),
            left=max(Decimal(one["x_left_cost"]), Decimal(0)),
            services=frozenset(row["x_service_code"] for row in found if row["line"] == line),
            valid_from=one["valid_from"],
            valid_to=one["valid_to"],
        )
        for line, one in agreed.items()
    ]
    _, given = apply_credits(charges, credits_left)
    return [
        dict.fromkeys(COLUMNS)
        | {
            "x_values": [
                one["name"],
                str(line),
                f"{one['x_given_cost']:,.2f}",
                f"{one['x_left_cost']:,.2f}",
            ],
            "x_lines": 1,
            "x_billed_cost": -Decimal(one["x_given_cost"]),
            "x_expected_cost": -given[str(line)],
        }
        for line, one in agreed.items()
    ]


def _query(name: str) -> str:
    return read_query("finops.invoice.rules", name)
