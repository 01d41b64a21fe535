"""Write what a perfect analyst would find: owners, planted anomalies, look-alikes, changes."""

from functools import reduce
from operator import add
from pathlib import Path

import pandas as pd

from .bedrock import bedrock_truth
from .business import RATE_STEP_MONTH, exchange_rates
from .charges import Charges
from .commitment_truth import commitment_truth
from .company import EDP_SHARE, MONTHS, moves, table, team_of_service
from .demand import MART_LAUNCH, PROMOTIONS, korean_holidays
from .fleet import meters
from .tiers import tier_changes
from .usage import affected, rates, usage

OWNER_KEYS = ["sub_account_id", "resource_id", "service_code", "usage_type"]


def owner_keys(charges: Charges) -> pd.DataFrame:
    """Return which things the charges name, and the service behind each."""
    used = charges.lines.iloc[charges.amounts["line"].unique()]
    keys = pd.DataFrame(
        {
            "sub_account_id": used["line_item_usage_account_id"],
            "resource_id": used["line_item_resource_id"],
            "service_code": used["line_item_product_code"],
            "usage_type": used["line_item_usage_type"],
            "service": used["service"],
            "environment": used["environment"],
        }
    )
    keys.loc[keys["resource_id"] != "", ["service_code", "usage_type"]] = ""
    return keys.drop_duplicates()


def write_truth(folder: Path, keys: pd.DataFrame, *, seed: int, scale: int) -> None:
    """Write the tables of truth, but for that of invoices."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "owners": owners(keys),
        "anomalies": anomalies(seed, scale),
        "lookalikes": lookalikes(),
        "changes": changes(seed, scale),
        "commitments": commitment_truth(seed),
        "bedrock": bedrock_truth(seed, scale),
    }
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


def owners(keys: pd.DataFrame) -> pd.DataFrame:
    """Return one owner per key and date; discounts on shared lines follow the lines' service."""
    known_first = keys.sort_values([*OWNER_KEYS, "service"], ascending=[True] * 4 + [False])
    owned = known_first.drop_duplicates(OWNER_KEYS)
    team = owned["service"].map(team_of_service()).fillna("company")
    owned = owned.assign(team=team, valid_from="", valid_to="")
    parts = [owned[~owned["service"].isin([service for service, _, _ in moves()])]]
    for service, old_team, date in moves():
        moved = owned[owned["service"] == service]
        parts.append(moved.assign(team=old_team, valid_to=date))
        parts.append(moved.assign(valid_from=date))
    rows = pd.concat(parts)
    columns = [*OWNER_KEYS, "service", "team", "environment", "valid_from", "valid_to"]
    return rows[columns].sort_values([*OWNER_KEYS, "valid_from"])


def anomalies(seed: int, scale: int) -> pd.DataFrame:
    """Return the planted anomalies with what each cost after discounts; `end` is the last day."""
    stories = table("story").query("truth == 'anomaly'").itertuples()
    return pd.DataFrame([_anomaly(story, seed, scale) for story in stories])


def _anomaly(story, seed: int, scale: int) -> dict:
    fleet = affected(meters(seed), story)
    excess = reduce(add, [_excess(story, month, seed) for month in MONTHS]) * scale
    main = fleet.loc[excess.abs().idxmax()]
    last = pd.Timestamp(story.end) - pd.Timedelta(days=1)
    days = (last - pd.Timestamp(story.start)).days + 1
    many = fleet["service"].nunique() > 1
    return {
        "anomaly_id": story.story,
        "kind": story.kind,
        "start": story.start,
        "end": f"{last:%Y-%m-%d}",
        "sub_account_id": main["account_id"],
        "team": "" if many else team_of_service()[main["service"]],
        "service": "" if many else main["service"],
        "service_code": main["service_code"],
        "usage_type": main["usage_type"],
        "direction": story.direction,
        "excess_usd_per_day": round(excess.sum() / days, 2),
        "excess_usd_total": round(excess.sum(), 2),
        "cause": story.cause,
    }


def _excess(story, month: str, seed: int) -> pd.Series:
    """Return the discounted cost of a story per meter: the month with it less without it."""
    fleet = affected(meters(seed), story)
    told = usage(fleet, month, seed=seed)
    untold = usage(fleet, month, seed=seed, without=story.story)
    cost = (told - untold).sum(axis=1) * rates(fleet, month) * (1 - EDP_SHARE)
    return pd.Series(cost, index=fleet.index)


def lookalikes() -> pd.DataFrame:
    """Return days whose cost jumps for a known reason; an alert on them is a false alarm."""
    family = korean_holidays()
    family = family[family.str.contains("Chuseok|Korean New Year|Lunar New Year", regex=True)]
    rows = [(str(d), str(d), "*", "holiday_dip", name) for d, name in family.items()]
    rows += [(s, e, "*", "promotion_surge", name) for s, e, _, name in PROMOTIONS]
    rows += [
        (f"{month}-01", f"{month}-01", "company", "month_start_fees", "Tax, support, reservations")
        for month in MONTHS
    ]
    rows += [
        ("2026-01-13", "2026-01-13", "company", "upfront_fee", "Cache reservations paid upfront"),
        (
            "2026-03-01",
            "2026-03-01",
            "telemetry",
            "annual_fee",
            "Security scanner, yearly contract",
        ),
        (
            "2026-04-20",
            "2026-04-20",
            "company",
            "upfront_fee",
            "Half of a Savings Plan paid upfront",
        ),
        (MART_LAUNCH, "2026-02-28", "mart", "launch", "Quick commerce opens"),
        ("2025-12-15", "2025-12-15", "event-bus", "planned_growth", "Three more brokers"),
        ("2026-02-23", "2026-02-23", "member-auth", "planned_growth", "Two database replicas"),
        ("2026-07-20", "2026-07-20", "recommendation", "planned_growth", "A second model endpoint"),
        ("2026-08-24", "2026-08-24", "dispatch-engine", "planned_growth", "Two database replicas"),
        ("2026-03-16", "2026-03-16", "order-api", "planned_growth", "Two more database replicas"),
        ("2026-05-11", "2026-05-11", "shared-cache", "planned_growth", "Three more cache nodes"),
        ("2025-11-10", "2025-11-10", "company", "upfront_fee", "Half of reservations paid upfront"),
        ("2026-03-01", "2026-03-01", "edge", "planned_growth", "Photo menus in Tokyo"),
        ("2026-05-01", "2026-05-01", "menu", "planned_growth", "The photo archive moves to Tokyo"),
        ("2026-05-12", "2026-05-18", "company", "upfront_fee", "A reservation that was returned"),
        ("2026-06-01", "2026-06-01", "edge", "planned_growth", "A feed of menus for partners"),
        ("2026-06-08", "2026-06-19", "payment-gateway", "migration", "Two databases side by side"),
    ]
    frame = pd.DataFrame(rows, columns=["start", "end", "key", "kind", "name"])
    last = f"{MONTHS[-1]}-31"
    return frame[frame["start"].between(f"{MONTHS[0]}-01", last)].sort_values(["start", "key"])


def changes(seed: int, scale: int) -> pd.DataFrame:
    """Return the planted business changes that a cost bridge should name."""
    rows = [
        _planted_change(story) for story in table("story").query("truth == 'change'").itertuples()
    ]
    rows += [_commitment_change(*row, scale) for row in _commitment_dates()]
    rows += [
        (date, "team_move", service, 1, "services", f"From {team} to {team_of_service()[service]}")
        for service, team, date in moves()
    ]
    rows += tier_changes(seed)
    won = exchange_rates(seed).set_index("billing_period")["rate"]
    step = won[RATE_STEP_MONTH:].mean() / won[:"2026-04"].mean() - 1
    rows.append(
        (f"{RATE_STEP_MONTH}-01", "exchange_rate", "USD/KRW", round(step, 4), "share", "Weaker won")
    )
    columns = ["date", "kind", "key", "size", "unit", "note"]
    frame = pd.DataFrame(sorted(rows), columns=columns)
    frame.insert(0, "change_id", [f"C{n:02d}" for n in range(1, len(frame) + 1)])
    return frame


def _planted_change(story) -> tuple:
    keys = {"search-api-asg": "search-api", "ddb*": "AmazonDynamoDB", "sm*": "AmazonSageMaker"}
    size = round(float(story.size) - 1, 4)
    return story.start, story.kind, keys[story.target], size, "share", story.cause


def _commitment_dates() -> list[tuple]:
    """Return commitments that begin or end inside the bill: date, kind, name."""
    # A modification goes on with what is committed, and what was returned covered nothing.
    plans = table("commitments").query("term_start == '' and returned == ''")
    start = pd.to_datetime(plans["start"])
    dated = plans.assign(
        begins=start,
        ends=[s + pd.DateOffset(years=int(y)) for s, y in zip(start, plans["years"], strict=True)],
    )
    inside = [pd.Timestamp(f"{MONTHS[0]}-01"), pd.Timestamp(f"{MONTHS[-1]}-31")]
    bought = dated[dated["begins"].between(*inside)]
    expired = dated[dated["ends"].between(*inside)]
    return [(r.begins, "commitment_bought", r) for r in bought.itertuples()] + [
        (r.ends, "coverage_loss", r) for r in expired.itertuples()
    ]


def _commitment_change(moment: pd.Timestamp, kind: str, plan, scale: int) -> tuple:
    """Return how much on-demand cost per hour a commitment replaced at its discount."""
    discount = float(plan.discount or 0.28)
    if plan.kind == "sp":
        saved = float(plan.hourly_commitment) * discount / (1 - discount)
    else:
        price = float(table("skus").set_index("sku")["rate"][plan.sku])
        saved = price * int(plan.count) * discount
    size = round(saved * scale * (1 if kind == "coverage_loss" else -1), 2)
    note = f"{plan.payment}, {plan.years} year"
    return f"{moment:%Y-%m-%d}", kind, plan.commitment, size, "USD per hour at list", note
