"""Say which cost a number is, in the same words on every page, chart and sentence."""

from finops.languages import place_of

__all__ = ["before_tax", "effective_cost", "own_cost"]

# True of a company that bears its tax, too: nothing of it is recoverable then.
_BEFORE_TAX = ("before recoverable tax", "공제받는 부가세 별도")
_EFFECTIVE_COST = ("effective cost {}", "유효 비용({})")
_OWN_COST = ("own effective cost {}", "자체 유효 비용({})")


def before_tax(language: str = "en") -> str:
    """Return what is left out of all cost that is compared or divided."""
    return _BEFORE_TAX[place_of(language)]


def effective_cost(language: str = "en") -> str:
    """Return what headline, unit cost, teams and KPIs are of."""
    return _EFFECTIVE_COST[place_of(language)].format(before_tax(language))


def own_cost(language: str = "en") -> str:
    """Return what budgets are held against."""
    return _OWN_COST[place_of(language)].format(before_tax(language))
