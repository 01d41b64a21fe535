"""Draw cost: each function takes a table of the warehouse and returns a plotly figure."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from finops.definitions import before_tax, effective_cost
from finops.errors import BadInput
from finops.frames import dates_text, floats, one_currency
from finops.report.kit.daily_lines import add_daily_line, mark_run, ratio_lines
from finops.report.kit.monthly_bars import all_months, axis_unit, cost_by_month, stacked_months
from finops.report.kit.ranked_bars import add_ranks, claimed_by, resource_name
from finops.report.kit.style import FALL, PALETTE, RISE, empty, figure, label
from finops.text import cents, is_missing, join, money, month_name

__all__ = [
    "anomaly",
    "cost_by_service",
    "cost_by_team",
    "cost_per_order",
    "cost_to_revenue",
    "delivery_change",
    "movers",
    "owned_shares",
    "untagged",
]

_LARGEST = 8
_MOVERS = 8
_WHOLE_MONEY = 100
_HALF_CENT = 0.005
_NO_COST = "No cost is loaded: run finops load SOURCE, then finops build."


def cost_by_team(team_month: pd.DataFrame) -> go.Figure:
    """Draw effective cost per month by team, the largest 8 and the rest, beside the budget.

    Reads billing_period, x_team, billing_currency, effective_cost and x_budget of marts.team_month.
    """
    title = "Cost by team"
    frame, currency, subtitle = one_currency(team_month)
    if frame.empty:
        return empty(title, _NO_COST)
    parts = cost_by_month(frame, "x_team", largest=_LARGEST, rest="other teams")
    budget = frame.groupby("billing_period")["x_budget"].sum(min_count=1)
    return _stacked_cost(title, subtitle, parts, currency, None if budget.isna().all() else budget)


def cost_by_service(aws_service_month: pd.DataFrame) -> go.Figure:
    """Draw effective cost per month by AWS service, the largest 8 and the rest.

    Reads billing_period, service_name, billing_currency and effective_cost of
    marts.aws_service_month.
    """
    title = "Cost by AWS service"
    frame, currency, subtitle = one_currency(aws_service_month)
    if frame.empty:
        return empty(title, _NO_COST)
    parts = cost_by_month(frame, "service_name", largest=_LARGEST, rest="other services")
    return _stacked_cost(title, subtitle, parts, currency, None)


def movers(aws_service_month: pd.DataFrame, billing_period: str) -> go.Figure:
    """Draw the AWS services whose effective cost changed most against the month before.

    Reads billing_period, service_name, billing_currency and x_effective_cost_change of
    marts.aws_service_month.
    """
    title = f"What changed most in {month_name(billing_period)}"
    month = aws_service_month[aws_service_month["billing_period"] == billing_period]
    frame, currency, subtitle = one_currency(month)
    if frame.empty:
        return empty(title, f"No cost is loaded for {month_name(billing_period)}.")
    change = frame.set_index("service_name")["x_effective_cost_change"]
    if change.isna().all():
        return empty(title, "This is the first month loaded: there is none to compare it with.")
    places = 0 if change.abs().max() >= _WHOLE_MONEY else cents(currency)
    change = change[change.abs() >= 0.5 * 10**-places]
    change = change.loc[change.abs().sort_values(ascending=False, kind="stable").index[:_MOVERS]]
    if change.empty:
        return empty(title, "No AWS service changed its cost.")
    drawing = figure(
        title,
        subtitle=join(f"{effective_cost()}, against the month before", subtitle),
        height=104 + 20 * len(change),
    )
    add_ranks(
        drawing,
        amounts=change.tolist(),
        names=[label(name) for name in change.index],
        texts=[money(value, currency, places, signed=True) for value in change],
        colours=[RISE if value > 0 else FALL for value in change],
        axis=f"change, {currency} a month",
    )
    return drawing


def delivery_change(diff: pd.DataFrame, billing_period: str) -> go.Figure:
    """Draw which AWS services and accounts moved billed cost between two deliveries of a month.

    Reads what `Warehouse.diff` returns: service_name, sub_account_id, sub_account_name,
    billing_currency, x_billed_cost_change and x_new_effective_cost. The bars add up to the whole
    change.
    """
    title = f"How {month_name(billing_period)} moved with its last delivery"
    frame, currency, subtitle = one_currency(
        diff.assign(effective_cost=diff["x_new_effective_cost"])
    )
    if frame.empty:
        return empty(title, f"{month_name(billing_period)} came once: nothing moved.")
    parts = _largest_changes(frame)
    if not parts:
        return empty(title, "The last delivery changed no billed cost.")
    total = money(frame["x_billed_cost_change"].sum(), currency, signed=True)
    drawing = figure(
        title,
        subtitle=join(f"billed cost by AWS service and account, {total} in all", subtitle),
        height=104 + 20 * len(parts),
    )
    add_ranks(
        drawing,
        amounts=[change for _, change in parts],
        names=[label(name, 48) for name, _ in parts],
        texts=[money(change, currency, signed=True) for _, change in parts],
        colours=[RISE if change > 0 else FALL for _, change in parts],
        axis=f"change of billed cost, {currency}",
    )
    return drawing


def cost_per_order(unit_cost: pd.DataFrame, service: str = "*") -> go.Figure:
    """Draw the effective cost of one order of `service` per day; `*` is the whole company.

    Reads charge_date, x_service, billing_currency, effective_cost, x_reporting_currency,
    x_reporting_effective_cost and x_orders of marts.unit_cost or marts.unit_cost_local. In the
    reporting currency where the exchange rate is known.
    """
    title = "Cost of one order" if service == "*" else f"Cost of one order, {label(service)}"
    frame, currency, subtitle = one_currency(unit_cost[unit_cost["x_service"] == service])
    known = frame[frame["x_orders"] > 0]
    if known.empty:
        return empty(title, f"No orders of service {label(service)} by day in business/.")
    cost = "effective_cost"
    if known["x_reporting_effective_cost"].notna().all():
        cost, currency = "x_reporting_effective_cost", str(known["x_reporting_currency"].iloc[0])
    subtitle = join(before_tax(), subtitle)
    return ratio_lines(title, subtitle, known, cost, "x_orders", f"{currency} an order")


def cost_to_revenue(unit_cost: pd.DataFrame) -> go.Figure:
    """Draw effective cost as per cent of revenue per day, for the whole company.

    Reads charge_date, x_service, billing_currency, x_revenue and x_effective_cost_to_revenue of
    marts.unit_cost.
    """
    title = "Cost as part of revenue"
    frame, _, subtitle = one_currency(unit_cost[unit_cost["x_service"] == "*"])
    known = frame[frame["x_effective_cost_to_revenue"].notna() & (frame["x_revenue"] > 0)]
    if known.empty:
        return empty(
            title,
            "No revenue of service * in business/revenue.csv, or no exchange rate to its currency.",
        )
    cost = known["x_effective_cost_to_revenue"] * known["x_revenue"] * 100
    known = known.assign(cost_percent=cost)
    subtitle = join(before_tax(), subtitle)
    return ratio_lines(title, subtitle, known, "cost_percent", "x_revenue", "% of revenue")


def owned_shares(trust_header: pd.DataFrame) -> go.Figure:
    """Draw per month which part of the cost has an owner by tag, inferred, or none.

    Reads billing_period, billing_currency, effective_cost and the shares x_tagged_share,
    x_inferred_share and x_unowned_share of marts.trust_header.
    """
    title = "Whose cost it is"
    frame, _, subtitle = one_currency(trust_header)
    shares = {
        "x_tagged_share": "by tag",
        "x_inferred_share": "inferred",
        "x_unowned_share": "unowned",
    }
    known = frame.dropna(subset=list(shares))
    if known.empty:
        return empty(title, _NO_COST)
    parts = known.set_index("billing_period")[list(shares)].rename(columns=shares).clip(lower=0)
    parts = parts.reindex(all_months(parts.index)).fillna(0.0) * 100
    drawing = figure(title, subtitle=join("how the owner of a charge is known", subtitle))
    stacked_months(drawing, parts, unit="%", colours=[PALETTE[0], PALETTE[1], "#dcdcdc"])
    return drawing.update_yaxes(title_text=f"% of {effective_cost()}", range=[0, 100])


def untagged(untagged: pd.DataFrame, rows: int = 15) -> go.Figure:
    """Draw the costliest `rows` resources that no tag owns, and what claimed each of them.

    Reads marts.untagged: service_name, resource_id, x_usage_type, billing_currency, x_owner_method,
    x_team, x_rule_id, effective_cost and x_cumulative_share.
    """
    title = "What no tag owns"
    frame, currency, subtitle = one_currency(untagged)
    if frame.empty:
        return empty(title, "Every charge has an owner by tag.")
    top = frame.sort_values("effective_cost", ascending=False, kind="stable").head(rows)
    reach = f"{len(top)} of {len(frame):,} resources, all months loaded"
    drawing = figure(title, subtitle=join(reach, subtitle), height=108 + 21 * len(top))
    add_ranks(
        drawing,
        amounts=top["effective_cost"].tolist(),
        names=[label(resource_name(row)) for row in top.to_dict("records")],
        texts=[
            label(f"{money(row['effective_cost'], currency, 0)} · {claimed_by(row)}", 60)
            for row in top.to_dict("records")
        ],
        colours=[RISE if method == "unowned" else PALETTE[1] for method in top["x_owner_method"]],
        axis=f"{effective_cost()}, {currency}",
    )
    return drawing


def anomaly(daily: pd.DataFrame, found: pd.DataFrame, *, currency: str = "USD") -> go.Figure:
    """Draw the daily cost of one key, with the days found and the cost expected on them.

    `daily` has date, key and cost in `currency`; `found` is what `finops.anomalies.detect` returns.
    Raises BadInput if `daily` holds more than one key.
    """
    keys = sorted(daily["key"].astype(str).unique())
    if len(keys) > 1:
        raise BadInput(f"One chart shows one key, not {len(keys)}: keep the rows of one key.")
    if not keys:
        return empty("Daily cost", "There is no cost to draw.")
    series = _without_gaps(floats(daily, ["cost"]))
    runs = floats(found[found["key"].astype(str) == keys[0]], ["expected", "actual", "excess"])
    drawing = figure(f"Daily cost of {label(keys[0], 60)}", subtitle=_found_text(runs, currency))
    add_daily_line(
        drawing, dates_text(series["date"]), series["cost"].tolist(), "cost", PALETTE[0], 1.5
    )
    for run in runs.to_dict("records"):
        mark_run(drawing, series, run)
    return drawing.update_yaxes(title_text=f"{currency} a day", rangemode="tozero")


def _stacked_cost(
    title: str, subtitle: str, parts: pd.DataFrame, currency: str, budget: pd.Series | None
) -> go.Figure:
    if not len(parts.columns):
        return empty(title, "All cost is zero.")
    divisor, unit = axis_unit(float(parts.abs().sum(axis=1).max()), currency)
    drawing = figure(title, subtitle=join(f"{effective_cost()}, {unit} a month", subtitle))
    stacked_months(drawing, parts, unit=currency, divisor=divisor, budget=budget)
    return drawing.update_yaxes(title_text=f"{unit} a month", tickformat=",")


def _largest_changes(frame: pd.DataFrame) -> list[tuple[str, float]]:
    """Return name and change of the largest changes, the rest as one."""
    change = frame["x_billed_cost_change"]
    moved = frame[change.abs() >= _HALF_CENT].sort_values(
        "x_billed_cost_change", key=abs, ascending=False, kind="stable"
    )
    parts = [
        (f"{row['service_name']}, {_account(row)}", float(row["x_billed_cost_change"]))
        for row in moved.head(_MOVERS).to_dict("records")
    ]
    rest = moved.iloc[_MOVERS:]["x_billed_cost_change"]
    return parts + ([(f"{len(rest)} smaller changes", float(rest.sum()))] if len(rest) else [])


def _account(row: dict[Any, Any]) -> str:
    name = row["sub_account_name"]
    return str(row["sub_account_id"] if is_missing(name) else name)


def _without_gaps(daily: pd.DataFrame) -> pd.DataFrame:
    """Return date and cost of every day; a day without a row costs nothing."""
    cost = daily.assign(date=pd.to_datetime(daily["date"])).groupby("date")["cost"].sum()
    days = pd.date_range(cost.index.min(), cost.index.max(), name="date")
    return cost.reindex(days, fill_value=0.0).reset_index()


def _found_text(runs: pd.DataFrame, currency: str) -> str:
    if runs.empty:
        return "no anomaly found"
    excess = money(float(runs["excess"].sum()), currency, 0, signed=True)
    return f"dots: days found, {excess} against the dotted level that was expected"
