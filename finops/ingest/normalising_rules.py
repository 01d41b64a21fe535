"""Sign the rules that make charges of bill lines, so that charges of older rules are known."""

import hashlib
from functools import cache
from importlib.resources import files

__all__ = ["rules_signature"]

# What decides how a line of a bill is named, typed and priced: all of models/bill, and these files
# of ingest. Others may change freely.
_RULES = (
    "amounts.py",
    "casts.py",
    "columns.py",
    "focus.py",
    "kept_columns.csv",
    "kept_columns.py",
    "line_items.py",
    "service_categories.csv",
    "tags.py",
)


@cache
def rules_signature() -> str:
    """Return the signature of the rules of this version."""
    ingest, bill = files("finops.ingest"), files("finops.models.bill")
    queries = sorted(file.name for file in bill.iterdir() if file.name.endswith(".sql"))
    digest = hashlib.sha256()
    for file in (*(ingest / name for name in _RULES), *(bill / name for name in queries)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
