"""Estimate what a month will end at, and the twelve after it, with how far that can be trusted."""

from finops.forecast.estimate import Estimate, estimate
from finops.forecast.jumps import daily_jumps

__all__ = ["Estimate", "daily_jumps", "estimate"]
