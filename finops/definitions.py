"""Say which cost a number is, in the same words on every page, chart and sentence."""

from finops.languages import say

__all__ = ["before_tax", "effective_cost", "own_cost"]


def before_tax(language: str = "en") -> str:
    """Return what is left out of all cost that is compared or divided.

    True of a company that bears its tax, too: nothing of it is recoverable then.
    """
    return say("definition", "before_tax", language)


def effective_cost(language: str = "en") -> str:
    """Return what headline, unit cost, teams and KPIs are of."""
    return say("definition", "effective_cost", language, before_tax=before_tax(language))


def own_cost(language: str = "en") -> str:
    """Return what budgets are held against."""
    return say("definition", "own_cost", language, before_tax=before_tax(language))
