"""Read queries, and quote what is put into SQL text."""

from importlib.resources import files


def literal(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def read_query(package: str, name: str) -> str:
    """Return the text of `name`.sql in a package."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
