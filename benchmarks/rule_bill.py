"""A bill by the hour and 500 owner rules, made by DuckDB, the same on every run."""

from pathlib import Path

import duckdb

from finops.inputs.mappings import FILES
from finops.sql import literal

MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
HOURS = 720
RULES = 500
_TEAMS = 20

# Which resource each line of a month is for, and how many lines an hour has. `hourly` repeats every
# resource in every hour, in order, as a bill does; `random` draws one of 50,000 for each line.
KINDS = {"hourly": "line % 2920", "random": "cast(hash(line) % 50000 as bigint)"}
LINES_PER_HOUR = 2920

_LINES = """
with lines as (
    select
        line // {per_hour} as hour,
        {resource} as resource
    from range({lines}) as lines(line)
)

select
    {period} as billing_period,
    cast({period} || '-01' as timestamp) + to_hours(cast(hour as int)) as charge_period_start,
    cast(100000000000 + hash(resource % 60) % 800000000000 as varchar) as sub_account_id,
    'AmazonService' || resource % 40 as x_service_code,
    'APN2-Usage:' || resource % 200 as x_usage_type,
    'Operation' || resource % 30 as x_operation,
    ['ap-northeast-2', 'us-east-1', 'eu-west-1', 'ap-northeast-1'][1 + resource % 4] as region_id,
    -- Traffic and taxes have no resource.
    case when resource % 10 <> 0
        then 'arn:aws:service:ap-northeast-2:' || resource % 60 || ':instance/app-'
            || resource % 600 || '-' || substr(md5(cast(resource as varchar)), 1, 12)
    end as resource_id,
    ['Usage', 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'][1 + resource % 4]
        as x_line_item_type,
    cast(null as varchar) as x_parent_resource_id,
    case when resource % 3 = 0
        then map {{'name': 'n' || resource, 'project': 'p' || resource % 70, 'stage': 'prod'}}
        else map([]::varchar[], []::varchar[])
    end as tags,
    case when resource % 5 = 0
        then map {{'unit': 'u' || resource % 9}}
        else map([]::varchar[], []::varchar[])
    end as x_cost_categories
from lines
"""


def write_months(kind: str, folder: Path) -> list[Path]:
    """Write 12 months of a `kind` of KINDS as Parquet, 25.2 million lines, and return the paths."""
    folder.mkdir(parents=True)
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    return [_write_month(con, kind, period, folder / f"{period}.parquet") for period in MONTHS]


def write_rules(folder: Path) -> list[dict[str, str]]:
    """Write teams.csv, tag_keys.csv and rules.csv with 500 rules; return the rules."""
    folder.mkdir(parents=True)
    rules = [_rule(number) for number in range(RULES)]
    header = FILES["rules"]
    lines = [",".join(rule.get(name, "") for name in header) for rule in rules]
    (folder / "rules.csv").write_text("\n".join([",".join(header), *lines]) + "\n")
    teams = "\n".join(f"team{number}" for number in range(_TEAMS))
    (folder / "teams.csv").write_text(f"team\n{teams}\n")
    (folder / "tag_keys.csv").write_text("tag_key,dimension\nteam,team\nstage,environment\n")
    return rules


def _write_month(con: duckdb.DuckDBPyConnection, kind: str, period: str, path: Path) -> Path:
    query = _LINES.format(
        period=literal(period),
        resource=KINDS[kind],
        lines=HOURS * LINES_PER_HOUR,
        per_hour=LINES_PER_HOUR,
    )
    con.execute(f"copy ({query}) to {literal(str(path))} (format parquet, compression zstd)")
    return path


def _rule(number: int) -> dict[str, str]:
    """Return a rule: most look for a name in the resource id, others at what else a bill has."""
    match = {"resource_id": f"*app-{number}-*"}
    if number % 3 == 0:
        match["service_code"] = f"AmazonService{number % 40}|AmazonService{(number + 1) % 40}"
    if number >= 300:
        match = {"usage_type": f"*Usage:{number - 200}*", "region_id": "ap-*|us-*"}
    if number >= 380:
        match = {"operation": f"Operation{number % 30}", "service_code": f"*Service{number % 40}"}
    if number >= 440:
        match = {"tag": f"project=p{number - 440}*"}
    return {"rule_id": f"r{number}", "priority": "1", "team": f"team{number % _TEAMS}"} | match
