"""Put an estimate together: the month of a day, twelve months after it, and both currencies."""

from dataclasses import dataclass
from decimal import Context, Decimal

import pandas as pd

from finops.forecast.baselines import add_baselines
from finops.forecast.by_orders import by_orders, sentences
from finops.forecast.by_service import by_service
from finops.forecast.by_service import sentences as service_sentences
from finops.forecast.known import Known, last_delivered_day, read_known
from finops.forecast.month_end import month_end
from finops.forecast.rows import last_day
from finops.forecast.series import Series, series_of
from finops.forecast.twelve_months import twelve_months
from finops.forecast.vintages import keep, read_vintage, vintage_folder
from finops.languages import LANGUAGES, say
from finops.warehouse.connect import Warehouse

__all__ = ["Estimate", "estimate", "estimate_of"]

_EXACT = Context(prec=60)
_SHOWN = ("x_posted", "x_estimate", "x_low", "x_high")


@dataclass(frozen=True)
class Estimate:
    """An estimate as known at the end of the UTC day `as_of`.

    `lines` has one row per billing_period, x_measure, x_team, x_service, service_name, x_kind,
    billing_currency and x_cost_centre: x_posted, x_late and x_forecast, exact decimals. `summary`
    has one row per billing_period, x_measure, billing_currency, x_scope and x_key: x_posted,
    x_estimate (the sum of its lines), x_low and x_high (80 % interval, or None), x_shortfall
    (what the same forecast was too low by before), x_last_month and
    x_run_rate (naive), and the same money in x_reporting_currency at x_exchange_rate. `notes` say
    what it had to do without, by language. `made_on` is the UTC day on which it was kept, which may
    be long after `as_of`; empty if it was not kept, or before that was noted.
    """

    as_of: str
    vintage: str
    lines: pd.DataFrame
    summary: pd.DataFrame
    notes: dict[str, tuple[str, ...]]
    made_on: str = ""


def estimate(warehouse: Warehouse, as_of: str | None = None) -> Estimate:
    """Return the estimate of a day, and keep it as a vintage in `estimates/` of the project.

    `as_of` is an ISO day (default: the last day that the bill has in full). The same input gives
    the vintage that is kept, which is never written again. Raises BadInput.
    """
    known = read_known(warehouse, as_of or last_delivered_day(warehouse))
    folder = vintage_folder(warehouse.settings.project, f"{known.as_of:%Y-%m-%d}", known.digest())
    if not folder.is_dir():
        keep(folder, vars(estimate_of(known)))
    return Estimate(**read_vintage(folder))


def estimate_of(known: Known, series: Series | None = None) -> Estimate:
    """Return the estimate of what was known on a day; `series` may be shared by several days."""
    series = series or series_of(known)
    outlooks = [month_end(known, series), *twelve_months(known, series)]
    lines = pd.concat([one.lines for one in outlooks], ignore_index=True)
    orders, services = by_orders(known, series, lines), by_service(known, lines)
    summary = _summary(known, pd.concat([one.summary() for one in outlooks]))
    return Estimate(
        as_of=f"{known.as_of:%Y-%m-%d}",
        vintage=known.digest(),
        lines=lines,
        summary=summary,
        notes={
            language: tuple(_notes(known, summary, orders, services, language))
            for language in LANGUAGES
        },
    )


def _summary(known: Known, summary: pd.DataFrame) -> pd.DataFrame:
    """Add the naive expectations and the reporting currency."""
    summary = add_baselines(summary, known)
    rates = known.rates.drop(columns="billing_period")
    summary = summary.merge(rates, on="billing_currency", how="left").astype(object)
    for name in _SHOWN:
        pairs = zip(summary[name], summary["x_exchange_rate"], strict=True)
        reporting = [_EXACT.multiply(*one) if all(map(_is_known, one)) else None for one in pairs]
        summary[f"x_reporting_{name[2:]}"] = pd.Series(reporting, summary.index, dtype=object)
    return summary.where(summary.notna(), None)


def _is_known(rate: object) -> bool:
    return isinstance(rate, Decimal)


def _notes(
    known: Known,
    summary: pd.DataFrame,
    orders: pd.DataFrame,
    services: pd.DataFrame,
    language: str,
) -> list[str]:
    notes = sentences(orders, known.period, language)
    notes += service_sentences(services, language)
    notes += [_planned(known, language)] if len(known.planned) else []
    if known.period in known.restated and known.as_of < last_day(known.period):
        as_of = f"{known.as_of:%Y-%m-%d}"
        notes.append(say("forecast", "restated", language, period=known.period, as_of=as_of))
    if known.orders.empty and known.month_orders.empty:
        notes.append(say("forecast", "no_orders", language))
    if known.rates.empty:
        notes.append(say("forecast", "no_rates", language))
    company = summary[(summary["x_scope"] == "company") & summary["x_low"].isna()]
    if len(company):
        key = "no_past" if company["x_shortfall"].isna().any() else "never_off"
        notes.append(say("forecast", key, language))
    return notes


def _planned(known: Known, language: str) -> str:
    pairs = zip(known.planned["name"], known.planned["start"], strict=True)
    names = "; ".join(
        say("forecast", "planned_from", language, name=str(name), start=str(start))
        for name, start in pairs
    )
    return say("forecast", "planned", language, names=names)
