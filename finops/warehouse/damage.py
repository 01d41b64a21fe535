"""Name every part of a project that is no longer what was loaded, closed or kept."""

from typing import Any

import pandas as pd

from finops import chain
from finops.ingest.integrity import charge_damage, gone
from finops.settings import Settings

__all__ = ["project_damage"]

# Closed months and estimates are kept for good.
_KEPT = ("closed", "estimates")


def project_damage(
    settings: Settings,
    records: list[dict[str, Any]],
    built: pd.DataFrame | None,
    *,
    whole: bool = False,
) -> list[str]:
    """Return a sentence per part that is damaged or gone; `built` is what the last build read."""
    return [
        *charge_damage(settings.warehouse, records, whole=whole),
        *(gone(records, built.to_dict("records")) if built is not None else ()),
        *(text for name in _KEPT for text in chain.altered(settings.project / name)),
    ]
