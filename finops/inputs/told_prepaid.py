"""Read what a company says is prepaid, where the bill can't know, from business/prepaid.csv."""

from datetime import datetime, time
from pathlib import Path
from typing import Annotated

from pydantic import Field

from finops.csv_input import Date, Money, Name, Row, check_unique, columns, read_rows

__all__ = ["COLUMNS", "FILE", "ToldPrepaid", "read_told_prepaid"]

FILE = "business/prepaid.csv"


class ToldPrepaid(Row):
    """What is prepaid of a commitment when a day begins (UTC), in the currency of its bill."""

    commitment_discount_id: Name
    valid_from: Date
    prepaid: Annotated[Money, Field(ge=0)]
    note: str = ""

    @property
    def moment(self) -> datetime:
        """The first moment of the day."""
        return datetime.combine(self.valid_from, time())


COLUMNS = columns(ToldPrepaid)


def read_told_prepaid(project: Path) -> list[ToldPrepaid]:
    """Return the lines of business/prepaid.csv; none if it is absent.

    Raises BadInput, with file and line, for a wrong line and for a commitment with two on one day.
    """
    path = project / FILE
    rows = read_rows(path, ToldPrepaid)
    check_unique(path, rows, lambda row: (row.commitment_discount_id, str(row.valid_from)))
    return rows
