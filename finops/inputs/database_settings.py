"""Which series come from a database: the tables [business.…] of finops.toml."""

import re
from dataclasses import dataclass, fields
from pathlib import Path

from finops.errors import BadInput
from finops.inputs.series import SERIES

__all__ = ["Query", "read_queries"]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True)
class Query:
    """The environment variable with the connection URL of a database, and one select."""

    url_env: str
    query: str


def read_queries(path: Path, tables: object) -> dict[str, Query]:
    """Return the query of each series that the settings file `path` has one for.

    Raises BadInput for a wrong key or value; the value is not repeated, as it may be a secret.
    """
    if not isinstance(tables, dict):
        raise BadInput(f"{path}: business must be tables, such as [business.orders].")
    return {name: _query(path, name, table) for name, table in tables.items()}


def _query(path: Path, name: str, table: object) -> Query:
    if name not in SERIES:
        raise BadInput(f"{path}: there is no series {name!r}; there are {', '.join(SERIES)}.")
    known = [field.name for field in fields(Query)]
    if not isinstance(table, dict) or set(table) != set(known):
        raise BadInput(f"{path}: [business.{name}] has the keys {' and '.join(known)}, no other.")
    if not all(isinstance(value, str) and value.strip() for value in table.values()):
        raise BadInput(f"{path}: the keys of [business.{name}] must be text in quotes.")
    if not _VARIABLE.fullmatch(table["url_env"]):
        raise BadInput(
            f"{path}: url_env in [business.{name}] must be the name of an environment variable, "
            f"such as {name.upper()}_DB_URL. The address itself does not belong in this file."
        )
    return Query(**table)
