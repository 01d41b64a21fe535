"""Fill in the templates of pages."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["environment"]


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


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
