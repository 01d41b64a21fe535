"""Tell each team what it pays for a month, so that all statements add up to the bill."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from finops.allocation.worklist import worklist
from finops.anomalies import find, incidents
from finops.business.bridge import bridge
from finops.close.expense import ACCOUNTS, Expense, read_entries
from finops.close.month import read_expenses
from finops.errors import BadInput
from finops.report.cents import apportion, whole
from finops.report.statements import queries
from finops.report.statements.incidents import incidents_of
from finops.report.statements.lines import MEASURES, pools, read_lines, services
from finops.report.text import cents, is_missing
from finops.warehouse import Warehouse

__all__ = ["MEASURES", "Month", "Statement", "statements"]


Names = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Month:
    """What all statements of a month and a currency share.

    `total` is what they are held against, in the smallest coin of `currency`: effective cost, or
    for chargeback the `expense` of the month's close. `lines` are those of every team, and `rest`
    what of the expense is in none of them, by account, in coins. `upfront_cost` was paid in the
    month for months to come. `trust` is the row of marts.trust_header; `rate` gives
    `reporting_currency`, None if there is none. `team_names` and `service_names` give what each is
    called in a language, by key. `bridge` is what `business.bridge` returns: empty without a month
    before and for chargeback.
    """

    company: str
    billing_period: str
    previous_period: str | None
    mode: str
    currency: str
    total: int
    rate: Decimal | None
    reporting_currency: str
    trust: dict[str, Any]
    team_names: Names
    service_names: Names
    lines: pd.DataFrame
    bridge: pd.DataFrame
    upfront_cost: Decimal
    expense: Expense | None

    @cached_property
    def rest(self) -> dict[str, int]:
        """What the close books as expense and no charge of the month says: timing, corrections."""
        if self.expense is None:
            return {}
        charged = self.lines.groupby("x_entry")["x_cents"].sum()
        left = {one: self.expense.coins[one] - int(charged.get(one, 0)) for one in ACCOUNTS}
        return {account: coins for account, coins in left.items() if coins}


@dataclass(frozen=True)
class Statement:
    """What one team pays for a month. Amounts in `x_cents` are whole smallest coins.

    Frames: lines are those of `lines.read_lines`; services has service_name, own, shared,
    total, previous, all in coins; pools has x_pool, x_driver, x_pool_total (exact), x_share,
    x_cents; units has x_service, effective_cost, x_orders, x_ordered_cost, x_days_without_orders;
    resources has resource_id, service_name and cost; anomalies has what `incidents_of` gives,
    with the status and reason that are recorded of each; unowned has those of the work-list that
    probably are the team's. `gaps` counts a pool's days without driver. `bridge` has the team's
    rows of `business.bridge`, with its own totals, and `effects` what each effect moved, in coins:
    both of effective cost against a month before.
    """

    month: Month
    team: str
    total: int
    previous: int | None
    own_cost: Decimal
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
        text = self.lines.drop(columns="x_cents").astype(str).to_csv(index=False)
        digest = hashlib.sha256(f"{month.mode}{month.currency}{text}".encode()).hexdigest()
        return f"{month.billing_period}-{self.team}-{month.mode}-{digest[:8]}"

    @property
    def change(self) -> int | None:
        """What the team pays more than the month before, in coins."""
        return None if self.previous is None else self.total - self.previous


def statements(
    warehouse: Warehouse, billing_period: str, *, mode: str = "showback", team: str | None = None
) -> list[Statement]:
    """Return the statement of each team that pays in a month, or of `team`; of each currency.

    What nobody owns has a statement of its own, so all of a month add up to the bill. Raises
    BadInput for a month or team without cost, SourceNotFound without a build.
    """
    known = warehouse.sql(queries.MONTHS)
    months = sorted(set(known["billing_period"]))
    if billing_period not in months:
        span = f"there are {months[0]} to {months[-1]}" if months else "run finops load SOURCE"
        raise BadInput(f"No bill of {billing_period} is loaded: {span}.")
    currencies = known.loc[known["billing_period"] == billing_period, "billing_currency"]
    earlier = [month for month in months if month < billing_period]
    previous = earlier[-1] if earlier else None
    asked = _Asked(warehouse, mode, billing_period, previous)
    found = [one for currency in currencies for one in _of_currency(asked, str(currency), team)]
    if not found:
        raise BadInput(_nobody(warehouse, billing_period, team))
    return found


class _Asked:
    """The month of the statements and the one before, and what their closes book as expense."""

    def __init__(self, warehouse: Warehouse, mode: str, period: str, previous: str | None) -> None:
        self.warehouse, self.mode, self.period, self.previous = warehouse, mode, period, previous
        months = [one for one in (period, previous) if one and mode == "chargeback"]
        self._expenses = {month: read_expenses(warehouse, month) for month in months}
        self._entries = read_entries(warehouse, period)

    def expense(self, currency: str) -> Expense | None:
        """Return the expense of the month; None for showback."""
        return self._expenses.get(self.period, {}).get(currency)

    def upfront_cost(self, currency: str) -> Decimal:
        """Return what was paid upfront in the month, before it is used."""
        rows = self._entries[self._entries["x_entry"] == "prepaid_current"]
        return sum(rows.loc[rows["billing_currency"] == currency, "billed_cost"], Decimal(0))

    def lines(self, currency: str) -> pd.DataFrame:
        """Return the lines of the month."""
        return read_lines(self.warehouse, self.period, currency, self.expense(currency))

    def previous_lines(self, currency: str) -> pd.DataFrame | None:
        """Return the lines of the month before, if there is one."""
        if self.previous is None:
            return None
        expense = self._expenses.get(self.previous, {}).get(currency)
        return read_lines(self.warehouse, self.previous, currency, expense)


def _of_currency(asked: _Asked, currency: str, team: str | None) -> list[Statement]:
    month = _month(asked, currency)
    before = asked.previous_lines(currency)
    teams = sorted(set(month.lines["x_team"]))
    wanted = [one for one in teams if team in (None, one)]
    if not wanted:
        return []
    extra = _Extras(asked.warehouse, month)
    return [_statement(month, one, before, extra) for one in wanted]


def _month(asked: _Asked, currency: str) -> Month:
    warehouse, period, previous = asked.warehouse, asked.period, asked.previous
    trust = warehouse.sql(queries.TRUST, period=period, currency=currency).to_dict("records")[0]
    rates = warehouse.sql(queries.BUDGETS, period=period, currency=currency)["x_exchange_rate"]
    rate = None if rates.isna().all() else Decimal(rates.iloc[0])
    expense = asked.expense(currency)
    total = trust["effective_cost"] if expense is None else expense.total
    return Month(
        company=warehouse.settings.company,
        billing_period=period,
        previous_period=previous,
        mode=asked.mode,
        currency=currency,
        total=whole(Decimal(total).scaleb(cents(currency))),
        rate=rate,
        reporting_currency=warehouse.settings.reporting_currency,
        team_names=_names(warehouse.sql(queries.TEAMS)),
        service_names=_names(warehouse.sql(queries.SERVICES)),
        trust={str(name): None if is_missing(value) else value for name, value in trust.items()},
        lines=asked.lines(currency),
        bridge=_bridge(warehouse, period, previous, currency, asked.mode),
        upfront_cost=asked.upfront_cost(currency),
        expense=expense,
    )


def _names(rows: pd.DataFrame) -> Names:
    """Return what each key is called, by language: its name, beside the key if two share it."""
    found: Names = {row["key"]: {} for row in rows.to_dict("records")}
    for language, column in (("en", "name"), ("ko", "name_ko")):
        texts = rows[column].fillna("")
        texts = texts.where(texts != "", rows["key"])
        for key, text, is_shared in zip(rows["key"], texts, texts.duplicated(False), strict=True):
            found[key][language] = f"{text} ({key})" if is_shared else text
    return found


class _Extras:
    """What is read once for all teams of a month."""

    def __init__(self, warehouse: Warehouse, month: Month) -> None:
        def rows(query: str) -> pd.DataFrame:
            return warehouse.sql(query, period=month.billing_period, currency=month.currency)

        self.budgets = {row["x_team"]: row for row in _records(rows(queries.BUDGETS))}
        self.units = rows(queries.UNIT_COST)
        self.resources = rows(queries.RESOURCES)
        self.gaps = {row["x_pool"]: int(row["x_days"]) for row in _records(rows(queries.GAPS))}
        found = incidents.known(warehouse.settings.project, find(warehouse))
        self.anomalies = _in_month(found, month.billing_period)
        self.unowned = worklist(warehouse)


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


def _bridge(
    warehouse: Warehouse, period: str, previous: str | None, currency: str, mode: str
) -> pd.DataFrame:
    """Return what moved the effective cost of all teams; nothing without a month before."""
    if mode != "showback" or previous is None:
        return pd.DataFrame(columns=["x_team"])
    return bridge(warehouse, period=period, base=previous, currency=currency)


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
