"""Tell each team what it pays for a month, so that all statements add up to the bill."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from finops.allocation.worklist import worklist
from finops.coins import apportion
from finops.errors import BadInput
from finops.incidents import record as incidents
from finops.incidents.find import find
from finops.statements import queries
from finops.statements.incidents import incidents_of
from finops.statements.lines import MEASURES, pools, services
from finops.statements.month import Asked, Expenses, Month, asked_month, read_month
from finops.text import cents, is_missing
from finops.warehouse.connect import Warehouse

__all__ = ["MEASURES", "Build", "Statement", "statements"]


@dataclass(frozen=True)
class Statement:
    """What one team pays for a month. Amounts in `x_cents` are whole smallest coins.

    All is before recoverable tax; `tax` is what the bill has of it for the team.

    Frames: lines are those of `lines.read_lines`; services has service_name, own, shared,
    total, previous, all in coins; pools has x_pool, x_driver, x_pool_total (exact), x_share,
    x_cents; units has x_service, effective_cost, x_orders, x_effective_cost_per_order,
    x_days_without_orders; resources has resource_id, service_name and cost; anomalies has what
    `incidents_of` gives, with the status and reason that are recorded of each; unowned has those of
    the work-list that probably are the team's. `gaps` counts a pool's days without driver. `bridge`
    has the team's rows of `business.bridge`, with its own totals, and `effects` what each effect
    moved, in coins: both of effective cost against a month before.
    """

    month: Month
    team: str
    total: int
    previous: int | None
    own_cost: Decimal
    tax: Decimal
    budget: Decimal | None
    lines: pd.DataFrame
    services: pd.DataFrame
    pools: pd.DataFrame
    units: pd.DataFrame
    resources: pd.DataFrame
    anomalies: pd.DataFrame
    unowned: pd.DataFrame
    gaps: dict[str, int]
    bridge: pd.DataFrame
    effects: dict[str, int]

    @cached_property
    def reference(self) -> str:
        """What to quote in a dispute: it changes only if an amount or its reason does."""
        month = self.month
        lines = self.lines.drop(columns=["x_cents", "x_reporting_coins"], errors="ignore")
        text = lines.astype(str).to_csv(index=False)
        digest = hashlib.sha256(f"{month.mode}{month.currency}{text}".encode()).hexdigest()
        return f"{month.billing_period}-{self.team}-{month.mode}-{digest[:8]}"

    @cached_property
    def reporting_cost(self) -> Decimal | None:
        """The total in the reporting currency; None without a rate.

        Of showback those of all teams add up to the month; what chargeback books has rates of its
        own, and this is the total at the rate of the month.
        """
        month = self.month
        if month.rate is None:
            return None
        places = cents(month.reporting_currency)
        if month.mode == "showback":
            return Decimal(int(self.lines["x_reporting_coins"].sum())).scaleb(-places)
        return round(Decimal(self.total).scaleb(-cents(month.currency)) * month.rate, places)

    @property
    def change(self) -> int | None:
        """What the team pays more than the month before, in coins."""
        return None if self.previous is None else self.total - self.previous


class Build:
    """What statements of any mode, month and currency read of a build, worked out once.

    `expenses` are those of months that are known already; others are added.
    """

    def __init__(self, warehouse: Warehouse, expenses: Expenses | None = None) -> None:
        self.warehouse, self.expenses = warehouse, dict(expenses or {})

    @cached_property
    def anomalies(self) -> pd.DataFrame:
        """What `anomalies.find` finds, with the status and reason that are recorded of each."""
        return incidents.known(self.warehouse.settings.project, find(self.warehouse))

    @cached_property
    def unowned(self) -> pd.DataFrame:
        """The work-list of what nobody owns."""
        return worklist(self.warehouse)


def statements(
    warehouse: Warehouse,
    billing_period: str,
    *,
    mode: str = "showback",
    team: str | None = None,
    is_closing: bool = False,
    build: Build | None = None,
) -> list[Statement]:
    """Return the statement of each team that pays in a month, or of `team`; of each currency.

    What nobody owns has a statement of its own, so all of a month add up to the bill. `is_closing`
    says that they are made to be kept with the closed month; one without cost has none. Who asks
    for several modes or months gives the same `build` each time. Raises BadInput for a month or
    team without cost, SourceNotFound without a build.
    """
    build = build or Build(warehouse)
    asked, currencies = asked_month(warehouse, billing_period, mode, is_closing, build.expenses)
    found = [one for currency in currencies for one in _of_currency(asked, currency, team, build)]
    if not found and not is_closing:
        raise BadInput(_nobody(warehouse, billing_period, team))
    return found


def _of_currency(asked: Asked, currency: str, team: str | None, build: Build) -> list[Statement]:
    month = read_month(asked, currency)
    before = asked.previous_lines(currency)
    # Who paid the month before and pays nothing now belongs in every comparison.
    teams = sorted({*month.lines["x_team"], *([] if before is None else before["x_team"])})
    wanted = [one for one in teams if team in (None, one)]
    if not wanted:
        return []
    extra = _Extras(build, month)
    return [_statement(month, one, before, extra) for one in wanted]


class _Extras:
    """What is read once for all teams of a month."""

    def __init__(self, build: Build, month: Month) -> None:
        def rows(query: str) -> pd.DataFrame:
            asked = {"period": month.billing_period, "currency": month.currency}
            return build.warehouse.sql(query, **asked)

        self.budgets = {row["x_team"]: row for row in _records(rows(queries.BUDGETS))}
        self.units = rows(queries.UNIT_COST)
        self.resources = rows(queries.RESOURCES)
        self.gaps = {row["x_pool"]: int(row["x_days"]) for row in _records(rows(queries.GAPS))}
        self.anomalies = _in_month(build.anomalies, month.billing_period)
        self.unowned = build.unowned


def _statement(month: Month, team: str, before: pd.DataFrame | None, extra: _Extras) -> Statement:
    lines = month.lines[month.lines["x_team"] == team].reset_index(drop=True)
    earlier = None if before is None else before[before["x_team"] == team]
    budget = extra.budgets.get(team, {})
    of_pools = pools(lines, month.lines, MEASURES[month.mode])
    moved = _team_bridge(month.bridge, team, lines, earlier)
    return Statement(
        month=month,
        team=team,
        total=int(lines["x_cents"].sum()),
        previous=None if earlier is None else int(earlier["x_cents"].sum()),
        own_cost=budget.get("x_own_effective_cost", Decimal(0)),
        tax=budget.get("x_effective_tax", Decimal(0)),
        budget=None if is_missing(budget.get("x_budget")) else budget["x_budget"],
        lines=lines,
        services=services(lines, earlier),
        pools=of_pools,
        units=_of_team(extra.units, team),
        resources=_of_team(extra.resources, team),
        anomalies=incidents_of(extra.anomalies, team),
        unowned=extra.unowned[
            (extra.unowned["x_probable_team"] == team)
            & (extra.unowned["billing_currency"] == month.currency)
            & (extra.unowned["x_last_month_unowned_cost"] > 0)
        ],
        gaps={pool: days for pool, days in extra.gaps.items() if pool in set(of_pools["x_pool"])},
        bridge=moved,
        effects=_effects(moved, lines, earlier),
    )


def _team_bridge(
    moved: pd.DataFrame, team: str, lines: pd.DataFrame, earlier: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the team's rows of the bridge, with what the team paid before and after."""
    if earlier is None:
        return moved.head(0)
    found = _of_team(moved, team)
    for name, one in (("x_base_total", earlier), ("x_total", lines)):
        found[name] = pd.Series([sum(one["effective_cost"], Decimal(0))] * len(found), dtype=object)
    return found


def _effects(
    moved: pd.DataFrame, lines: pd.DataFrame, earlier: pd.DataFrame | None
) -> dict[str, int]:
    """Return what each effect moved, in coins that add up to the change."""
    if earlier is None or moved.empty:
        return {}
    sums = moved.groupby("x_effect")["x_change"].sum()
    change = int(lines["x_cents"].sum() - earlier["x_cents"].sum())
    places = cents(str(moved["x_unit"].iloc[0]).split()[0])
    coins = apportion([value.scaleb(places) for value in sums], change)
    return {str(effect): coin for effect, coin in zip(sums.index, coins, strict=True) if coin}


def _of_team(frame: pd.DataFrame, team: str) -> pd.DataFrame:
    return frame[frame["x_team"] == team].reset_index(drop=True)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _in_month(found: pd.DataFrame, period: str) -> pd.DataFrame:
    month = pd.Period(period, freq="M")
    return found[(found["start"] <= month.end_time) & (found["end"] >= month.start_time)]


def _nobody(warehouse: Warehouse, period: str, team: str | None) -> str:
    paying = warehouse.sql(
        "select distinct x_team from facts.allocated_cost where billing_period = $period "
        "and (billed_cost <> 0 or effective_cost <> 0) order by x_team",
        period=period,
    )["x_team"]
    return f"{team} pays nothing in {period}. Who pays: {', '.join(paying) or 'nobody'}."
