"""Fill in the templates of pages that open anywhere, without a network."""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from finops.report.kit.table import Table, Tile

__all__ = ["environment", "page"]


@cache
def environment() -> Environment:
    """Return the templates of all pages; they escape every text, and can ask if one `is day`."""
    made = Environment(
        loader=PackageLoader("finops", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["day"] = _is_day
    return made


def page(
    *,
    language: str,
    title: str,
    lines: Iterable[str],
    tiles: Iterable["Tile"],
    tables: Iterable["Table"],
    footer: str,
) -> str:
    """Return a page: its title, lines below it, tiles, tables and footer; every text is escaped."""
    template = environment().get_template("page.html.j2")
    return template.render(
        language=language, title=title, lines=lines, tiles=tiles, tables=tables, footer=footer
    )


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
