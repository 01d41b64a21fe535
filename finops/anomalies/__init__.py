"""Find cost that nothing known explains: per team and AWS service, or any other daily series."""

from finops.anomalies.bands import bands
from finops.anomalies.detect import detect
from finops.anomalies.find import all_series, find
from finops.anomalies.parts import parts
from finops.anomalies.sources import by_team_and_service, events, orders

__all__ = [
    "all_series",
    "bands",
    "by_team_and_service",
    "detect",
    "events",
    "find",
    "orders",
    "parts",
]
