"""Turn an AWS bill into cost data that a company acts on and finance signs."""

from typing import TYPE_CHECKING, Any

from finops.errors import FinopsError
from finops.version import __version__

if TYPE_CHECKING:
    from finops.warehouse.connect import Warehouse, connect

__all__ = ["FinopsError", "Warehouse", "__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Return what needs the database only when somebody asks for it."""
    if name in ("Warehouse", "connect"):
        from finops.warehouse import connect as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
