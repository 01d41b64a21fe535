"""What can be asked of a number, and of which marts."""

from dataclasses import dataclass, fields

from finops.definitions import effective_cost

__all__ = ["MARTS", "WORDS", "Question"]

# The marts whose numbers can be explained, and the parts of a question that each can answer.
MARTS = {
    "team_month": ("billing_period", "x_team"),
    "service_month": ("billing_period", "x_service", "x_team"),
    "aws_service_month": ("billing_period", "service_name"),
    "team_day": ("billing_period", "charge_date", "x_team", "service_name"),
    "unit_cost": ("billing_period", "charge_date", "x_service"),
    "untagged": ("resource_id", "service_name"),
}
# What a reader calls a column.
WORDS = {
    "billing_period": "month",
    "charge_date": "day",
    "x_team": "team",
    "x_service": "service",
    "service_name": "AWS service",
    "resource_id": "resource",
}


@dataclass(frozen=True)
class Question:
    """The number to explain: a mart of `MARTS`, and which of its rows; None is all of them.

    `billing_period` is YYYY-MM, `charge_date` YYYY-MM-DD, `service_name` a service of AWS. Without
    `mart` it is service_month if a service is named, else team_month.
    """

    billing_period: str | None = None
    x_team: str | None = None
    x_service: str | None = None
    charge_date: str | None = None
    service_name: str | None = None
    resource_id: str | None = None
    mart: str = ""

    @property
    def table(self) -> str:
        """The mart that has the number."""
        return self.mart or ("service_month" if self.x_service else "team_month")

    @property
    def asked(self) -> dict[str, str]:
        """The columns that the question fixes, and their values."""
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "mart"}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def title(self) -> str:
        """What is asked for, in words."""
        words = [f"{WORDS[column]} {value}" for column, value in self.asked.items()]
        return f"{effective_cost()} in marts.{self.table}: {', '.join(words) or 'all'}"
