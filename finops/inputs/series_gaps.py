"""Say of each series where it comes from, what it spans, what it lacks and what a gap means."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from finops.inputs.series import GRAINS, SERIES

__all__ = ["create_spans"]

COLUMNS = pa.schema(
    [
        ("x_series", pa.string()),
        ("x_key", pa.string()),
        ("x_source", pa.string()),
        ("x_grain", pa.string()),
        ("x_day_zone", pa.string()),
        ("x_unit", pa.string()),
        ("x_first", pa.string()),
        ("x_last", pa.string()),
        ("x_rows", pa.int64()),
        ("x_missing", pa.int64()),
        ("x_first_missing", pa.string()),
        ("x_missing_means", pa.string()),
    ]
)
# Between its first and last day or month a series of these has each.
_WITHOUT_GAPS = ("orders", "revenue", "drivers", "exchange_rates")
_STEPS = {"hour": "1 day", "day": "1 day", "month": "1 month"}


def create_spans(con: duckdb.DuckDBPyConnection, sources: Mapping[str, str], timezone: str) -> None:
    """Create `business.series`, one row per series and key that there are rows of.

    x_series, x_key (service, driver, pair of currencies, whose budget, kind), x_source, x_grain
    (`hour`, `day`, `month`), x_day_zone (hours make UTC days, other times are of `timezone`),
    x_unit, x_first, x_last (days, or months), x_rows, x_missing (days between them that have no
    row, or months; NULL for what is not there on every day), x_first_missing and x_missing_means.
    `sources` names where each series was read from.
    """
    rows = [row for name, source in sources.items() for row in _rows(con, name, source, timezone)]
    con.register("coverage", pa.Table.from_pylist(rows, COLUMNS))
    con.execute("create or replace table business.series as from coverage order by all")
    con.unregister("coverage")


def _rows(
    con: duckdb.DuckDBPyConnection, name: str, source: str, timezone: str
) -> list[dict[str, object]]:
    series = SERIES[name]
    found = []
    for column in series.times:
        grain = GRAINS[column]
        said = source, grain, "UTC" if grain == "hour" else timezone, series.unit
        found += [
            dict(zip(COLUMNS.names, [name, key, *said, *rest], strict=True))
            for key, *rest in con.execute(
                _SPANS.format(
                    table=name,
                    key=series.name,
                    time=column,
                    format="%Y-%m" if grain == "month" else "%Y-%m-%d",
                    step=_STEPS[grain],
                    is_gapless=name in _WITHOUT_GAPS,
                ),
                [series.missing],
            ).fetchall()
        ]
    return found


_SPANS = """
with times as (
    select
        {key} as key,
        cast(
            case when length(cast("{time}" as varchar)) = 7 then cast("{time}" as varchar) || '-01'
            else cast("{time}" as varchar) end as timestamp
        ) as time
    from business.{table}
    where "{time}" is not null
),
spans as (
    select
        key,
        date_trunc('day', min(time)) as first,
        date_trunc('day', max(time)) as last,
        count(*) as row_count
    from times
    group by key
),
gaps as (
    select wanted.key, count(*) as missing, min(wanted.time) as first_missing
    from (
        select key, unnest(generate_series(first, last, interval '{step}')) as time from spans
    ) as wanted
    left join (select distinct key, date_trunc('day', time) as time from times) as known
        on wanted.key = known.key and wanted.time = known.time
    where
        known.key is null and {is_gapless}
        -- Nobody fixes exchange rates on weekends.
        and not ('{table}' = 'exchange_rates' and '{step}' = '1 day' and isodow(wanted.time) > 5)
    group by wanted.key
)
select
    spans.key,
    strftime(spans.first, '{format}'),
    strftime(spans.last, '{format}'),
    spans.row_count,
    case when {is_gapless} then coalesce(gaps.missing, 0) end,
    strftime(gaps.first_missing, '{format}'),
    ?
from spans
left join gaps on spans.key = gaps.key
"""
