"""Fetch series of the company's own numbers from its PostgreSQL and MySQL databases, read-only."""

import os
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from finops.errors import BadInput, FinopsError, SourceNotFound
from finops.inputs.database_settings import Query

__all__ = ["fetch_series"]

_PORTS = {"postgresql": 5432, "mysql": 3306}
_KINDS = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql"}
_HERE = ("localhost", "127.0.0.1", "::1")
_SSL_MODES = ("disable", "require", "verify-full")
# A connection that is silent for so long is lost.
_SECONDS = 60

Rows = tuple[list[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Address:
    """Where a database is and how to sign in; the password is never shown."""

    kind: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    options: Mapping[str, str]

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return how the connection is encrypted; None on this machine, and if the URL says so.

        `sslmode=require` takes any certificate, as PostgreSQL does; `verify-full` checks it.
        """
        default = "disable" if self.host in _HERE else "require"
        mode = self.options.get("sslmode", default)
        if mode == "disable":
            return None
        context = ssl.create_default_context(cafile=self.options.get("sslrootcert"))
        if mode == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def fetch_series(
    queries: Mapping[str, Query], folder: Path, environment: Mapping[str, str] = os.environ
) -> None:
    """Write what each query selects to `folder`, one Parquet of text per series, sorted.

    Nothing is written unless all answer, and a file whose rows are the same stays as it is. The
    sessions can only read. Raises BadInput for a variable that is not set or a URL or query that
    can't be used, SourceNotFound for a database that doesn't answer; neither shows the password.
    """
    answers = {name: _ask(name, asked, environment) for name, asked in queries.items()}
    for name, answer in answers.items():
        _write(folder / f"{name}.parquet", _table(*answer))


def _ask(series: str, asked: Query, environment: Mapping[str, str]) -> Rows:
    url = environment.get(asked.url_env, "").strip()
    if not url:
        raise BadInput(
            f"The environment variable {asked.url_env}, named in [business.{series}], is not set."
        )
    address = _address(url, asked.url_env)
    try:
        return _READERS[address.kind](address, asked.query)
    except FinopsError:
        raise
    except Exception as error:
        # The chain is cut: what a driver raised may hold its connection.
        reason = _reason(error).replace(address.password or "\0", "…")
        problem: type[FinopsError] = SourceNotFound if _is_silent(error) else BadInput
    raise problem(
        f"[business.{series}]: the database {address.database!r} at {address.host}:{address.port} "
        f"gave no rows: {reason}. The last build stays."
    )


def _address(url: str, variable: str) -> Address:
    """Return the parts of a connection URL. Raises BadInput, which never repeats it."""
    wrong = BadInput(
        f"The environment variable {variable} must hold an address like "
        "postgresql://user:password@host:5432/database or mysql://…; escape special characters."
    )
    parts, port = _parts(url)
    if parts is None:
        raise wrong
    kind = _KINDS.get(parts.scheme, "")
    options = dict(parse_qsl(parts.query))
    if not kind or not parts.hostname or not parts.username or len(parts.path) < 2:
        raise wrong
    if options.keys() - {"sslmode", "sslrootcert"}:
        raise BadInput(f"{variable}: an address takes sslmode and sslrootcert, no other option.")
    if options.get("sslmode", "require") not in _SSL_MODES:
        raise BadInput(f"{variable}: sslmode is one of {', '.join(_SSL_MODES)}.")
    return Address(
        kind=kind,
        host=parts.hostname,
        port=port or _PORTS[kind],
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        database=unquote(parts.path[1:]),
        options=options,
    )


def _parts(url: str) -> tuple[SplitResult | None, int | None]:
    """Return the parts and the port of a URL; nothing of one that can't be read."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None, None
    return parts, port


def _from_postgresql(address: Address, query: str) -> Rows:
    native = _driver("pg8000.native")
    with closing(
        native.Connection(
            address.user,
            host=address.host,
            port=address.port,
            database=address.database,
            password=address.password,
            ssl_context=address.ssl_context() or False,
            timeout=_SECONDS,
            application_name="finops",
        )
    ) as connection:
        connection.run("start transaction read only")
        connection.run("set local time zone 'UTC'")
        # A prepared statement is one statement: it can't end the transaction that can't write.
        statement = connection.prepare(query)
        rows = statement.run()
        return [column["name"] for column in statement.columns or []], rows


def _from_mysql(address: Address, query: str) -> Rows:
    pymysql = _driver("pymysql")
    with (
        closing(
            pymysql.connect(
                user=address.user,
                host=address.host,
                port=address.port,
                database=address.database,
                password=address.password,
                ssl=address.ssl_context(),
                connect_timeout=_SECONDS,
                read_timeout=_SECONDS,
                init_command="set session transaction read only",
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("set time_zone = '+00:00'")
        cursor.execute("start transaction read only")
        cursor.execute(query)
        return [column[0] for column in cursor.description or []], list(cursor.fetchall())


_READERS = {"postgresql": _from_postgresql, "mysql": _from_mysql}


def _driver(name: str) -> Any:
    """Return the module of a driver. Raises FinopsError, naming the extra that brings it."""
    try:
        return import_module(name)
    except ImportError:
        raise FinopsError(
            "Series from databases need drivers. Install finops-bill[databases]."
        ) from None


def _is_silent(error: Exception) -> bool:
    """Return whether no server answered; MySQL numbers what its client met from 2000 to 2999."""
    number = error.args[0] if error.args else None
    return (
        isinstance(error, OSError)
        or isinstance(error.__cause__, OSError)
        or (isinstance(number, int) and 2000 <= number < 3000)
    )


def _reason(error: Exception) -> str:
    """Return in one line what a driver says."""
    first, last = (error.args[0], error.args[-1]) if error.args else ("", "")
    text = first.get("M", "") if isinstance(first, dict) else str(error.__cause__ or last)
    return " ".join(text.split()).rstrip(".") or type(error).__name__


def _table(names: list[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return the rows as text, sorted: the order in which a database answers is chance."""
    if not names:
        raise BadInput("A query in [business.…] gave no columns; it must be a select.")
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array(map(_text, column), pa.string()) for column in columns]
    return pa.table(arrays, names=names).sort_by([(name, "ascending") for name in names])


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _write(path: Path, table: pa.Table) -> None:
    """Put the file in place whole, unless its rows are those that are there."""
    if path.exists() and pq.read_table(path).equals(table):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(table, part)
    part.replace(path)
