"""Lead from the bill to the expense and to what teams are charged, month by month, in one table."""

from collections.abc import Iterable
from decimal import Decimal

from finops.close.expense import STEPS, Expense
from finops.close.month import read_expenses
from finops.close.recognition import exact, read_recognition
from finops.report.close.text import say as say_close
from finops.report.kit.table import Table, written
from finops.report.statements.text import say
from finops.statements.lines import read_lines
from finops.text import cents, month_text, number
from finops.warehouse.connect import Warehouse

__all__ = ["all_months"]


def all_months(warehouse: Warehouse, language: str = "en") -> list[Table]:
    """Return one table per billing currency, a row per month.

    The steps from the bill add up to the expense of the month's close (as signed, if it is closed),
    and so do the teams and what stays with who pays AWS. Amounts are rounded to cents for reading.
    Raises BadInput for a month that could not be closed for its prepaid fees.
    """
    months = sorted(set(warehouse.status()["billing_period"]))
    found: dict[str, list[tuple[str, Expense, int]]] = {}
    recognised = read_recognition(warehouse, months[-1]) if months else None
    for month in months:
        for currency, expense in read_expenses(warehouse, month, recognised).items():
            lines = read_lines(warehouse, month, currency, expense)
            found.setdefault(currency, []).append((month, expense, int(lines["x_cents"].sum())))
    return [_table(currency, rows, language) for currency, rows in found.items()]


def _table(currency: str, rows: list[tuple[str, Expense, int]], language: str) -> Table:
    steps = [step for step in STEPS if any(one.steps[step] for _, one, _ in rows)]
    names = [say_close(f"step_{step}", language) for step in steps]
    names += [say_close("expense", language), say("charged_to_teams", language)]
    columns = [*names, say("kept", language)]
    return Table(
        "all_months",
        f"{say('all_months', language)}, {currency}",
        written((say("month", language), *columns), columns),
        [
            (month_text(month, language), *_amounts(_parts(expense, steps, teams), currency))
            for month, expense, teams in rows
        ],
        note=say("all_months_note", language),
    )


def _parts(expense: Expense, steps: list[str], teams: int) -> Iterable[Decimal]:
    charged = exact(teams, expense.currency)
    return *(expense.steps[step] for step in steps), expense.total, charged, expense.total - charged


def _amounts(amounts: Iterable[Decimal], currency: str) -> list[str]:
    return [number(amount, cents(currency)) for amount in amounts]
