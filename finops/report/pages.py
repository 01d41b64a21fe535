"""Fill in the templates of pages, and write files that no reader sees by half."""

import os
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["environment", "write_whole"]


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


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside `path` and rename it, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the rights that the umask of who writes it leaves to others.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
