"""Take a number of a mart apart: who or what decided each part, down to the charges."""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from finops.allocation.question import MARTS, WORDS, Question
from finops.coins import apportion
from finops.errors import BadInput, CheckFailed
from finops.sql import read_query
from finops.text import cents
from finops.warehouse.connect import Warehouse
from finops.warehouse.database import open_database

__all__ = ["MARTS", "Question", "explain", "explained_charges"]

_COST, _TAX = ("billed_cost", "effective_cost"), ("x_billed_tax", "x_effective_tax")
_LINES = """
select billing_period, billing_currency, x_team, x_pool, x_driver, service_name,
    sum(effective_cost) as effective_cost, sum(x_effective_coins) as x_coins
from marts.statement_lines
group by billing_period, billing_currency, x_team, x_pool, x_driver, service_name
"""
# So many names are listed where an unknown one is refused.
_NAMED = 30


def explain(warehouse: Warehouse, question: Question) -> pd.DataFrame:
    """Return the parts of a number, which sum to it exactly, and the tax that is beside it.

    One row per billing_period, billing_currency, x_team, what decided and service_name, with exact
    billed_cost and effective_cost, both before recoverable tax, and x_billed_tax and
    x_effective_tax, which sum to the mart's. x_part is `own`, decided by x_owner_method and
    x_owner_source; `shared`, split from x_pool by x_driver, x_way `direct` or through `other
    pools`, x_weight the part of the pool's effective cost of the month; or `commitment_benefit`,
    moved from x_pool. x_coins is effective_cost in whole coins as the statements of the month have
    it, NA of a part that no statement shows. x_file, x_line and x_file_version say which line of a
    mapping file decided.

    Raises BadInput, naming what there is, for what the mart does not have, and CheckFailed if the
    parts don't sum to the mart's number.
    """
    number = _number(warehouse, question)
    with _explained(warehouse, question) as con:
        for table in ("share_ways", "own_parts", "shared_parts"):
            con.execute(f"create temp table {table} as {_query(table)}")
        parts = _frame(con.sql(_query("parts")).to_arrow_table())
    _check_sums(number, parts, question)
    return parts.assign(x_coins=_coins(warehouse, question, parts))


def explained_charges(warehouse: Warehouse, question: Question, *, rows: int = 20) -> pd.DataFrame:
    """Return the `rows` charges that weigh most in a number, as the Parquet has them.

    One row per charge and team that pays, with x_line_item_id, x_delivery_id, the manifest or file
    of the delivery (x_source) and x_status (`final`, `estimated` or `unknown`). The costs are those
    of the whole charge; x_weight is the part of it that the team got on the days asked for, of its
    pool and of the days that the charge is for.
    Raises BadInput as `explain` does.
    """
    _number(warehouse, question)
    with _explained(warehouse, question) as con:
        return _frame(con.sql(_query("charges")).limit(rows).to_arrow_table())


def _number(warehouse: Warehouse, question: Question) -> pd.DataFrame:
    """Return the mart's sums per currency. Raises BadInput for what the mart doesn't have."""
    _check_mart(question)
    for column, value in question.asked.items():
        _check_value(warehouse, question, column, value)
    where, values = _condition(question)
    # Nobody tags tax: what no tag owns has none.
    tax = "0" if question.table == "untagged" else "sum({})"
    sums = [f"sum({name}) as {name}" for name in _COST]
    sums += [f"{tax.format(name)} as {name}" for name in _TAX]
    number = warehouse.sql(
        f"select billing_currency, {', '.join(sums)} from marts.{question.table} where {where} "
        "group by billing_currency",
        **values,
    )
    if number.empty:
        raise BadInput(_nothing(warehouse, question))
    return number


def _coins(warehouse: Warehouse, question: Question, parts: pd.DataFrame) -> "pd.Series[Any]":
    """Return the coins of each part, of those that marts.statement_lines gives to the whole."""
    keys = ["billing_period", "billing_currency", "x_team", "x_pool", "x_driver", "service_name"]
    coins = pd.Series(pd.NA, index=parts.index, dtype="Int64")
    if question.x_service or question.charge_date or question.resource_id or parts.empty:
        return coins
    rows = warehouse.sql(_LINES)
    known = {
        tuple(row[key] for key in keys): (row["effective_cost"], int(row["x_coins"]))
        for row in rows.to_dict("records")
    }
    named = parts[keys].astype(object).where(parts[keys].notna(), "")
    for key, part in parts.groupby([named[one] for one in keys]):
        exact, whole = known.get(key, (None, 0))
        if sum(part["effective_cost"]) == exact:
            units = [cost.scaleb(cents(str(key[1]))) for cost in part["effective_cost"]]
            coins.loc[part.index] = apportion(units, whole)
    return coins


def _check_mart(question: Question) -> None:
    if question.table not in MARTS:
        raise BadInput(f"{question.table!r} can't be explained. Marts: {', '.join(MARTS)}.")
    for column in question.asked:
        if column not in MARTS[question.table]:
            fitting = [
                name for name, columns in MARTS.items() if question.asked.keys() <= {*columns}
            ]
            hint = f"Ask of: {', '.join(fitting)}." if fitting else "Ask for less at once."
            raise BadInput(f"marts.{question.table} has no {WORDS[column]}. {hint}")


def _check_value(warehouse: Warehouse, question: Question, column: str, value: str) -> None:
    found = warehouse.sql(
        f"select distinct cast({column} as varchar) as value from marts.{question.table} "
        f"where {column} is not null order by 1"
    )
    known = [str(one) for one in found["value"]]
    if value in known:
        return
    close = difflib.get_close_matches(value, known, n=1)
    more = ", …" if len(known) > _NAMED else ""
    listed = f"There are: {', '.join(known[:_NAMED])}{more}." if known else "There is none."
    hint = f"Did you mean {close[0]!r}?" if close and column != "billing_period" else listed
    raise BadInput(f"marts.{question.table} has no {WORDS[column]} {value!r}. {hint}")


def _nothing(warehouse: Warehouse, question: Question) -> str:
    """Return in one line why no row has all that is asked, and which months have the rest."""
    if not question.billing_period:
        return f"There is no {question.title}."
    names = question.asked.keys() - {"billing_period", "charge_date"}
    where = " and ".join(f"{name} = ${name}" for name in sorted(names)) or "true"
    months = warehouse.sql(
        f"select distinct billing_period from marts.{question.table} where {where} order by 1",
        **{name: question.asked[name] for name in names},
    )["billing_period"]
    others = f"It has some in {', '.join(months)}." if len(months) else "No month has any."
    return f"There is no {question.title}. {others}"


def _condition(question: Question) -> tuple[str, dict[str, str]]:
    asked = question.asked
    if question.table == "unit_cost":
        # The company's row is the sum of the others.
        asked = {"x_service": "*"} | asked
    terms = [f"cast({column} as varchar) = ${column}" for column in asked]
    return " and ".join(terms) or "true", asked


def _check_sums(number: pd.DataFrame, parts: pd.DataFrame, question: Question) -> None:
    sums = parts.groupby("billing_currency")[[*_COST, *_TAX]].sum()
    for one in number.to_dict("records"):
        currency = one["billing_currency"]
        for name in (*_COST, *_TAX):
            found = sums[name].get(currency, 0)
            if found != one[name]:
                raise CheckFailed(
                    f"The parts of marts.{question.table} sum to {name} {found} {currency}, "
                    f"not to {one[name]}."
                )


@contextmanager
def _explained(warehouse: Warehouse, question: Question) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a reader of the build with the tables `question` and `explained_rows`."""
    with open_database(warehouse.settings.database, warehouse.settings) as con:
        con.register("question", _rows(con, question))
        con.execute(f"create temp table explained_rows as {_query('rows')}")
        yield con


def _rows(con: duckdb.DuckDBPyConnection, question: Question) -> pa.Table:
    """Return one row per month of the question, with all that it fixes and NULL for the rest."""
    row: dict[str, Any] = dict.fromkeys(WORDS) | question.asked
    if row["x_service"] == "*":
        row["x_service"] = None
    row |= {
        "is_allocated": question.table == "team_month",
        "is_untagged": question.table == "untagged",
    }
    con.register("asked_row", pa.Table.from_pylist([row], _ROW))
    return con.sql(
        "select asked_row.* replace (months.billing_period as billing_period, "
        "cast(charge_date as date) as charge_date) from asked_row inner join "
        "(select distinct billing_period from ledger.deliveries) as months on coalesce("
        "asked_row.billing_period, months.billing_period) = months.billing_period"
    ).to_arrow_table()


_ROW = pa.schema(
    [(name, pa.string()) for name in WORDS]
    + [("is_allocated", pa.bool_()), ("is_untagged", pa.bool_())]
)


def _query(name: str) -> str:
    return read_query("finops.allocation", f"explain_{name}")


def _frame(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
