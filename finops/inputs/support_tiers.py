"""Work out the fee of an AWS support plan from the tiers of its price."""

from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from finops.csv_input import Money, Name, Row, check_unique, read_rows
from finops.errors import BadInput

__all__ = ["Tier", "read_tiers", "support_fee"]

FILE = "support_tiers.csv"


class Tier(Row):
    """One line of support_tiers.csv: what a plan takes of the bill `above` an amount."""

    service_code: Name
    above: Money
    share: Annotated[Decimal, Field(max_digits=18, decimal_places=10)]
    minimum: Money


def read_tiers(project: Path) -> list[Tier]:
    """Return the tiers of mappings/support_tiers.csv, else those AWS publishes.

    Raises BadInput, with file and line, for a share outside 0 to 1 or a tier that comes twice.
    """
    path = project / "mappings" / FILE
    rows = read_rows(path, Tier)
    for row in rows:
        if not 0 <= row.share <= 1 or row.above < 0 or row.minimum < 0:
            raise BadInput(
                f"{path} line {row.line}: share is from 0 to 1, above and minimum are not negative."
            )
    check_unique(path, rows, lambda row: (row.service_code, row.above))
    return rows or read_rows(Path(str(files("finops.inputs") / FILE)), Tier)


def support_fee(tiers: list[Tier], service_code: str, billed: Decimal) -> Decimal | None:
    """Return the monthly fee of a plan for a bill before support, tax, credits and refunds.

    Each tier takes its share of what lies above it and up to the next one; the plan's largest
    minimum holds. None for a plan without tiers. Source: AWS Support pricing.
    """
    plan = sorted((one for one in tiers if one.service_code == service_code), key=lambda t: t.above)
    if not plan:
        return None
    tops = [*(one.above for one in plan[1:]), Decimal("Infinity")]
    parts = (
        one.share * max(min(billed, top) - one.above, Decimal(0))
        for one, top in zip(plan, tops, strict=True)
    )
    return max(sum(parts, Decimal(0)), max(one.minimum for one in plan))
