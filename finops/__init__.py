"""Turn an AWS bill into cost data that a company acts on and finance signs."""

from finops.errors import FinopsError
from finops.warehouse import Warehouse, connect

__all__ = ["FinopsError", "Warehouse", "connect"]
__version__ = "0.1.0"
