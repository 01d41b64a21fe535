"""Read what was agreed with AWS: prices, commitments, discounts, credits, tax."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import duckdb
import pyarrow as pa
from pydantic import AfterValidator, BeforeValidator, Field

from finops.csv_input import Row, check_unique, optional, read_rows
from finops.errors import BadInput
from finops.inputs.support_tiers import Tier

__all__ = ["FILE", "KINDS", "Contract", "create_contracts", "read_contracts"]

FILE = "business/contracts.csv"
KINDS = (
    "rate",
    "commitment",
    "enterprise_discount",
    "credit",
    "tax",
    "account",
    "resource",
    "region",
)
# What a kind can't do without.
_NAMED = ("rate", "commitment", "credit", "tax", "account", "resource", "region")
_VALUED = KINDS[:5]


def _iso_moment(value: object) -> object:
    if isinstance(value, str) and not re.match("(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a moment is written like 2026-10-01 or 2026-10-01T09:00+09:00")
    return value


def _as_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        raise ValueError("it is too far away; leave it empty for no end") from None


Moment = Annotated[datetime, BeforeValidator(_iso_moment), AfterValidator(_as_utc)]
Value = Annotated[Decimal, Field(allow_inf_nan=False, ge=0, max_digits=18, decimal_places=10)]
Above = Annotated[Decimal, Field(allow_inf_nan=False, ge=0, max_digits=18, decimal_places=4)]


class Contract(Row):
    """One thing agreed with AWS; moments are UTC, `valid_to` is the first that no longer counts."""

    kind: Literal[
        "rate",
        "commitment",
        "enterprise_discount",
        "credit",
        "tax",
        "account",
        "resource",
        "region",
    ]
    name: str = ""
    service: str = ""
    above: Annotated[Above, BeforeValidator(lambda value: value or "0")] = Decimal(0)
    value: Annotated[Value | None, BeforeValidator(optional)] = None
    valid_from: Annotated[Moment | None, BeforeValidator(optional)] = None
    valid_to: Annotated[Moment | None, BeforeValidator(optional)] = None
    note: str = ""

    def ended(self, billing_period: str) -> bool:
        """Return whether it no longer counted when the month (YYYY-MM) began."""
        return self.valid_to is not None and f"{self.valid_to:%Y-%m-%d}" <= f"{billing_period}-01"

    def runs_in(self, billing_period: str) -> bool:
        """Return whether it counted in some of the month (YYYY-MM)."""
        begins = self.valid_from is None or f"{self.valid_from:%Y-%m}" <= billing_period
        return begins and not self.ended(billing_period)


def read_contracts(project: Path) -> list[Contract]:
    """Return the rows of business/contracts.csv, none if there is no file.

    Raises BadInput, with file and line, for a wrong row, one that lacks what its kind needs, and
    two rows of one thing at one time.
    """
    path = project / FILE
    rows = read_rows(path, Contract)
    for one in rows:
        _check(path, one)
    check_unique(
        path, rows, lambda row: (row.kind, row.name, row.service, row.above, row.valid_from)
    )
    return rows


def _check(path: Path, one: Contract) -> None:
    for kinds, field in ((_NAMED, "name"), (_VALUED, "value")):
        if one.kind in kinds and getattr(one, field) in ("", None):
            raise BadInput(f"{path} line {one.line}: a row of kind {one.kind} needs a {field}.")
    if one.valid_from and one.valid_to and one.valid_to <= one.valid_from:
        raise BadInput(f"{path} line {one.line}: valid_to is not after valid_from.")


def create_contracts(con: duckdb.DuckDBPyConnection, rows: list[Contract]) -> None:
    """Make the table `contracts` of the rows; open ends are far away, so that times compare."""
    dicts = [
        {
            **one.model_dump(exclude={"valid_from", "valid_to"}),
            "value": one.value or Decimal(0),
            "valid_from": one.valid_from or datetime(1970, 1, 1),
            "valid_to": one.valid_to or datetime(9999, 1, 1),
        }
        for one in rows
    ]
    con.register("contract_rows", pa.Table.from_pylist(dicts, _SCHEMA))
    con.execute("create or replace temp table contracts as from contract_rows")
    con.unregister("contract_rows")


def create_support_tiers(con: duckdb.DuckDBPyConnection, tiers: list[Tier]) -> None:
    """Make the table `support_tiers` of the tiers of support plans."""
    con.register("tier_rows", pa.Table.from_pylist([one.model_dump() for one in tiers], _TIERS))
    con.execute("create or replace temp table support_tiers as from tier_rows")
    con.unregister("tier_rows")


_TIERS = pa.schema(
    [
        ("service_code", pa.string()),
        ("above", pa.decimal128(18, 4)),
        ("share", pa.decimal128(18, 10)),
        ("minimum", pa.decimal128(18, 4)),
    ]
)
_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("service", pa.string()),
        ("above", pa.decimal128(18, 4)),
        ("value", pa.decimal128(18, 10)),
        ("valid_from", pa.timestamp("us")),
        ("valid_to", pa.timestamp("us")),
        ("note", pa.string()),
    ]
)
