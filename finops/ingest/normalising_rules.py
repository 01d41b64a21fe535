"""Sign the rules that make charges of bill lines, so that charges of older rules are known."""

import hashlib
from functools import cache
from importlib.resources import files

__all__ = ["rules_signature"]

# What decides how a line of a bill is named, typed and priced. Other files may change freely.
_RULES = (
    "amounts.py",
    "casts.py",
    "charges.sql",
    "columns.py",
    "elapsed.sql",
    "fees_to_come.sql",
    "focus.py",
    "focus_charges.sql",
    "kept_columns.csv",
    "kept_columns.py",
    "line_items.py",
    "net_payers.sql",
    "service_categories.csv",
    "tags.py",
    "unused_commitments.sql",
)


@cache
def rules_signature() -> str:
    """Return the signature of the rules of this version."""
    folder, digest = files("finops.ingest"), hashlib.sha256()
    for name in _RULES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
