"""Hold the statements of a month against the bill, step by step, for the index and the journal."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from finops.close.recognition import exact
from finops.report.close.text import say as say_close
from finops.report.kit.table import Table, written
from finops.report.statements.text import say
from finops.statements.month import Month
from finops.statements.statement import Statement
from finops.text import cents, number

__all__ = ["Step", "reconciliation", "steps", "steps_csv"]

# What a step is, by its key in the words of a close or of a statement, and money.
Step = tuple[str, Decimal]


def steps(found: list[Statement]) -> list[Step]:
    """Return what leads from the bill to the statements of a month and a currency.

    The first step is the bill. All but the last add up to the last, what the statements are in all,
    to the last digit.
    """
    month = found[0].month
    whole = exact(sum(one.total for one in found), month.currency)
    parts = list(_parts(month))
    rest = whole - sum((amount for _, amount in parts), Decimal(0))
    return [*parts, ("rounded", rest), ("all_statements", whole)]


def reconciliation(found: list[Statement], language: str) -> Table:
    """Return the steps as a table; one of nothing is left out."""
    month = found[0].month
    column = f"{say('amount', language)}, {month.currency}"
    rows = [
        (_text(key, language), _number(amount, month.currency))
        for key, amount in steps(found)
        if amount or key in ("step_bill", "all_statements")
    ]
    return Table(
        "reconciliation",
        f"{say('reconciliation', language)}, {month.currency}",
        written((say("step", language), column), (column,)),
        rows,
        note=say(f"reconciliation_{month.mode}", language),
    )


def steps_csv(found: list[Statement]) -> bytes:
    """Return the steps of each currency as CSV that Excel opens: billing_period, x_step, amount."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(("billing_period", "billing_currency", "x_step", "x_amount"))
    for currency in dict.fromkeys(one.month.currency for one in found):
        mine = [one for one in found if one.month.currency == currency]
        for key, amount in steps(mine):
            text = format(amount.normalize(), "f")
            writer.writerow((mine[0].month.billing_period, currency, _text(key, "en"), text))
    return stream.getvalue().encode("utf-8-sig")


def _parts(month: Month) -> Iterator[Step]:
    if month.expense is None:
        yield "step_bill", month.trust["billed_cost"] + month.trust["x_billed_tax"]
        yield "step_vat", -month.trust["x_billed_tax"]
        yield "step_upfront", -month.upfront_cost
        yield (
            "used_upfront",
            month.trust["effective_cost"] - (month.trust["billed_cost"] - month.upfront_cost),
        )
        return
    for step, amount in month.expense.steps.items():
        yield f"step_{step}", amount
    yield "kept", -exact(sum(month.rest.values()), month.currency)


def _text(key: str, language: str) -> str:
    return (say_close if key.startswith("step_") else say)(key, language)


def _number(amount: Decimal, currency: str) -> str:
    """Return money with every digit that it has, and at least those of its currency."""
    digits = -int(amount.normalize().as_tuple().exponent)
    return number(amount, max(cents(currency), digits))
