"""Apply credits to charges in the order in which AWS does."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

__all__ = ["Credit", "apply_credits"]


@dataclass(frozen=True)
class Credit:
    """What is left of one credit, and the AWS services that it may be used for; none is all."""

    name: str
    left: Decimal
    services: frozenset[str]
    valid_from: datetime
    valid_to: datetime

    def fits(self, service: str) -> bool:
        """Return whether it may be used for an AWS service."""
        return not self.services or service in self.services


def apply_credits(
    charges: dict[str, Decimal], agreed: list[Credit]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return what is left of the charges by AWS service, and what each credit gave, by name.

    The credit that ends first is used first, then the one for the fewest services, then the oldest;
    each is taken off the largest charge first. Source: AWS Billing user guide, applying credits.
    """
    rest, given = dict(charges), {}
    order = sorted(
        agreed, key=lambda one: (one.valid_to, len(one.services) or len(charges), one.valid_from)
    )
    for credit in order:
        left = credit.left
        for service in sorted(filter(credit.fits, rest), key=lambda one: (-rest[one], one)):
            used = min(left, max(rest[service], Decimal(0)))
            rest[service], left = rest[service] - used, left - used
        given[credit.name] = credit.left - left
    return rest, given
