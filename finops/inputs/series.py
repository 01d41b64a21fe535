"""What each series of the company's own numbers holds: its columns, grain, unit and gaps."""

from dataclasses import dataclass

__all__ = ["SERIES", "WHOLE_COMPANY", "Series"]

WHOLE_COMPANY = "*"
# What the columns that tell a series' time make its grain.
GRAINS = {"hour": "hour", "date": "day", "billing_period": "month", "start": "day"}


@dataclass(frozen=True)
class Series:
    """Columns with their types, what makes a row unique, the unit, and what a gap means.

    A file has exactly one column of `times`, which tells its grain, and at least one of `owners`,
    of which each row fills exactly one. A series is told apart by `name`, such as one service.
    """

    columns: dict[str, str]
    key: tuple[str, ...]
    name: str
    unit: str
    missing: str
    times: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def header(self) -> list[str]:
        """The columns of a new file, in its finest grain."""
        return [name for name in self.columns if name not in self.times[1:]]

    def needed(self, found: list[str]) -> list[str]:
        """Return the columns that a file with the columns `found` must fill in every row."""
        time = next((name for name in self.times if name in found), self.times[0])
        return [
            name
            for name in self.columns
            if name not in self.owners and (name not in self.times or name == time)
        ]


SERIES: dict[str, Series] = {
    "orders": Series(
        columns={
            "hour": "timestamptz",
            "date": "date",
            "billing_period": "varchar",
            "service": "varchar",
            "orders": "bigint",
        },
        key=("hour", "date", "billing_period", "service"),
        name="service",
        unit="orders",
        missing="unknown: no cost per order. An hour without orders is a row with 0",
        times=("hour", "date", "billing_period"),
    ),
    "order_plan": Series(
        columns={"billing_period": "varchar", "service": "varchar", "orders": "bigint"},
        key=("billing_period", "service"),
        name="service",
        unit="orders",
        missing="estimates take the forecast of orders",
        times=("billing_period",),
    ),
    "revenue": Series(
        columns={
            "date": "date",
            "hour": "timestamptz",
            "service": "varchar",
            "revenue": "decimal(18, 4)",
            "currency": "varchar",
        },
        key=("hour", "date", "service"),
        name="service",
        unit="currency",
        missing="unknown: no cost to revenue. An hour without revenue is a row with 0",
        times=("date", "hour"),
    ),
    "drivers": Series(
        columns={
            "date": "date",
            "hour": "timestamptz",
            "driver": "varchar",
            "team": "varchar",
            "quantity": "decimal(28, 6)",
        },
        key=("hour", "date", "driver", "team"),
        name="driver",
        unit="as the driver says",
        missing="unknown: missing_driver of the pool decides; of a day, the known hours count",
        times=("date", "hour"),
    ),
    "budgets": Series(
        columns={
            "billing_period": "varchar",
            "team": "varchar",
            "service": "varchar",
            "cost_centre": "varchar",
            "budget": "decimal(18, 4)",
            "currency": "varchar",
            "version": "integer",
        },
        key=("billing_period", "team", "service", "cost_centre", "version"),
        name="coalesce(team, service, cost_centre)",
        unit="currency",
        missing="no budget: no variance",
        times=("billing_period",),
        owners=("team", "service", "cost_centre"),
    ),
    "exchange_rates": Series(
        columns={
            "date": "date",
            "billing_period": "varchar",
            "from_currency": "varchar",
            "to_currency": "varchar",
            "rate": "decimal(20, 10)",
            "source": "varchar",
        },
        key=("date", "billing_period", "from_currency", "to_currency"),
        name="from_currency || '/' || to_currency",
        unit="to_currency for one from_currency",
        missing="left out of its month's mean; a month without any has no rate",
        times=("billing_period", "date"),
    ),
    "events": Series(
        columns={
            "start": "date",
            "end": "date",
            "key": "varchar",
            "kind": "varchar",
            "name": "varchar",
        },
        key=("start", "key", "kind", "name"),
        name="kind",
        unit="days",
        missing="nothing was announced",
        times=("start",),
    ),
    "holidays": Series(
        columns={"date": "date", "name": "varchar", "change": "varchar"},
        key=("date",),
        name="change",
        unit="days",
        missing="as the public calendar of Korea says",
        times=("date",),
    ),
}
