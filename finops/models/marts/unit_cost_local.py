"""Say in words why a measure of marts.unit_cost_local is empty."""

from finops.models import reasons

USES = (reasons,)

transform = reasons.in_words
