"""Sum up one month of the bill: cost, what moved it, one order, budgets, owners, trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.errors import BadInput
from finops.report.month import queries
from finops.report.month.headline import sentences
from finops.text import is_missing
from finops.warehouse.connect import Warehouse

__all__ = ["Change", "Summary", "summarise"]


@dataclass(frozen=True)
class Change:
    """A measure of this month and of the month before; None where it isn't known."""

    current: Decimal | None = None
    previous: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """What this month has more than the month before."""
        if self.current is None or self.previous is None:
            return None
        return self.current - self.previous

    @property
    def share(self) -> Decimal | None:
        """The difference as a share of the month before; None where that isn't above zero."""
        if self.difference is None or self.previous is None or self.previous <= 0:
            return None
        return self.difference / self.previous


@dataclass(frozen=True)
class Summary:
    """One month at a glance. Money is in `currency`, or in `reporting_currency` where it says so.

    Cost is before recoverable tax; `billed` and `billed_tax` are the bill.

    Frames (amounts are exact decimals): service_movers and team_movers have key, previous, current,
    change, share; budgets has x_team, x_own_effective_cost, x_budget and x_variance (below zero is
    over budget), and is empty without budgets; trust has the rows of marts.trust_header,
    findings those of ledger.findings of the month in every currency.
    Shares are parts of one. `anomalies` are those of the month, None if nobody looked for any.
    """

    company: str
    billing_period: str
    previous_period: str | None
    months: tuple[str, ...]
    currency: str
    other_currencies: tuple[str, ...]
    reporting_currency: str
    billed: Change
    billed_tax: Change
    effective: Change
    list_cost: Change
    savings: Change
    reporting_effective: Change
    orders: Change
    cost_per_order: Change
    reporting_cost_per_order: Change
    cost_to_revenue: Change
    per_order_reason: str | None
    to_revenue_reason: str | None
    tagged_share: float | None
    inferred_share: float | None
    unowned_share: float | None
    residual: Decimal | None
    last_charge_date: date | None
    final_share: float | None
    is_complete: bool
    has_teams: bool
    service_movers: pd.DataFrame
    team_movers: pd.DataFrame
    budgets: pd.DataFrame
    trust: pd.DataFrame
    findings: pd.DataFrame
    anomalies: pd.DataFrame | None

    @property
    def overruns(self) -> pd.DataFrame:
        """The budgets that were passed, the largest overrun first."""
        return self.budgets[self.budgets["x_variance"] < 0]

    @property
    def headline(self) -> tuple[str, ...]:
        """What happened, in sentences."""
        return sentences(self)


def summarise(
    warehouse: Warehouse,
    billing_period: str | None = None,
    *,
    anomalies: pd.DataFrame | None = None,
) -> Summary:
    """Return the summary of one month, of the newest if `billing_period` is None.

    `anomalies` is what `finops.anomalies.detect` returned; those that touch the month are kept.
    A bill in several currencies is summed up in the one with most cost. Raises BadInput for a month
    that isn't loaded, SourceNotFound without a build.
    """
    months = tuple(warehouse.sql(queries.MONTHS)["billing_period"])
    period = billing_period or (months[-1] if months else "")
    if period not in months:
        raise BadInput(f"No bill of {period or 'any month'} is loaded: {_span(months)}.")
    earlier = [month for month in months if month < period]
    previous = earlier[-1] if earlier else None
    currencies = tuple(warehouse.sql(queries.CURRENCIES, period=period)["billing_currency"])
    return _summary(warehouse, months, period, previous, currencies, anomalies)


def _summary(
    warehouse: Warehouse,
    months: tuple[str, ...],
    period: str,
    previous: str | None,
    currencies: tuple[str, ...],
    anomalies: pd.DataFrame | None,
) -> Summary:
    asked = {"period": period, "currency": currencies[0]}
    both = {**asked, "previous": previous or ""}
    cost = _by_month(warehouse.sql(queries.COST, **both))
    reporting = _by_month(warehouse.sql(queries.REPORTING_COST, **both))
    unit = _by_month(warehouse.sql(queries.UNIT_COST, **both))
    trust = warehouse.sql(queries.TRUST, currency=currencies[0])
    header = _by_month(trust).get(period, {})

    def change(rows: Mapping[str, Mapping[str, Any]], name: str) -> Change:
        return Change(*(_amount(rows.get(month or "", {}), name) for month in (period, previous)))

    return Summary(
        company=warehouse.settings.company,
        billing_period=period,
        previous_period=previous,
        months=months,
        currency=currencies[0],
        other_currencies=currencies[1:],
        reporting_currency=warehouse.settings.reporting_currency,
        billed=change(cost, "billed_cost"),
        billed_tax=change(cost, "x_billed_tax"),
        effective=change(cost, "effective_cost"),
        list_cost=change(cost, "list_cost"),
        savings=change(cost, "x_savings"),
        reporting_effective=change(reporting, "x_reporting_effective_cost"),
        orders=change(unit, "x_orders"),
        cost_per_order=change(unit, "x_effective_cost_per_order"),
        reporting_cost_per_order=change(unit, "x_reporting_effective_cost_per_order"),
        cost_to_revenue=change(unit, "x_effective_cost_to_revenue"),
        per_order_reason=unit.get(period, {}).get("x_per_order_reason"),
        to_revenue_reason=unit.get(period, {}).get("x_to_revenue_reason"),
        tagged_share=header.get("x_tagged_share"),
        inferred_share=header.get("x_inferred_share"),
        unowned_share=header.get("x_unowned_share"),
        residual=max((abs(value) for value in trust["x_residual"].dropna()), default=None),
        last_charge_date=header.get("x_last_charge_date"),
        final_share=header.get("x_final_share"),
        is_complete=_is_complete(period, header),
        has_teams=bool(warehouse.sql(queries.HAS_TEAMS, **asked)["has_teams"].iloc[0]),
        service_movers=warehouse.sql(queries.SERVICE_MOVERS, **asked),
        team_movers=warehouse.sql(queries.TEAM_MOVERS, **both),
        budgets=warehouse.sql(queries.BUDGETS, **asked),
        trust=trust,
        findings=_of_month(warehouse.findings(), period),
        anomalies=None if anomalies is None else _in_month(anomalies, period),
    )


def _of_month(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    return frame[frame["billing_period"] == period].reset_index(drop=True)


def _by_month(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the values of each month by column, None for a missing one."""
    return {
        row["billing_period"]: {
            str(name): None if is_missing(value) else value for name, value in row.items()
        }
        for row in frame.to_dict("records")
    }


def _amount(row: Mapping[str, Any], name: str) -> Decimal | None:
    """Return a value with the digits that it prints, None where it is missing."""
    value = row.get(name)
    return None if value is None else Decimal(str(value))


def _is_complete(period: str, header: Mapping[str, Any]) -> bool:
    """Return whether the bill reaches the end of the month, or was invoiced without doing so."""
    last = header.get("x_last_charge_date")
    return last is None or header.get("x_final_share") == 1 or last >= _month_end(period)


def _in_month(anomalies: pd.DataFrame, period: str) -> pd.DataFrame:
    starts, ends = pd.to_datetime(anomalies["start"]), pd.to_datetime(anomalies["end"])
    first, last = pd.Timestamp(f"{period}-01"), pd.Timestamp(_month_end(period))
    return anomalies[(starts <= last) & (ends >= first)].reset_index(drop=True)


def _month_end(period: str) -> date:
    return pd.Period(period, freq="M").end_time.date()


def _span(months: tuple[str, ...]) -> str:
    return f"there are {months[0]} to {months[-1]}" if months else "run finops load SOURCE"
