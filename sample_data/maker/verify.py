"""Check that the sample bill keeps the promises that a real one keeps."""

import argparse
from pathlib import Path

import duckdb

from .company import LEGACY_MONTHS, MAPPINGS, MONTHS
from .cur2 import DELIVERIES

# Costs of all months in the words both formats share; decimals, so sums are exact.
CHARGES = """
create temp table charges as
select
    delivery,
    bill_billing_period_start_date as month,
    identity_line_item_id as id,
    identity_time_interval as period,
    line_item_usage_account_id as account,
    line_item_product_code as code,
    line_item_usage_type as usage_type,
    coalesce(line_item_resource_id, '') as resource,
    line_item_line_item_type as kind,
    line_item_usage_start_date as start,
    coalesce(savings_plan_savings_plan_a_r_n, '') as plan,
    coalesce(reservation_reservation_a_r_n, '') as reservation,
    {amounts}
from ({source})
"""
AMOUNTS = {
    "unblended": "line_item_unblended_cost",
    "net": "line_item_net_unblended_cost",
    "plan_effective": "savings_plan_savings_plan_effective_cost",
    "plan_committed": "savings_plan_total_commitment_to_date",
    "plan_used": "savings_plan_used_commitment",
    "plan_upfront": "savings_plan_amortized_upfront_commitment_for_billing_period",
    "ri_effective": "reservation_effective_cost",
    "ri_upfront": "reservation_amortized_upfront_fee_for_billing_period",
    "ri_unused_upfront": "reservation_unused_amortized_upfront_fee_for_billing_period",
    "ri_unused_recurring": "reservation_unused_recurring_fee",
    "ri_net_effective": "reservation_net_effective_cost",
    "ri_net_upfront": "reservation_net_amortized_upfront_fee_for_billing_period",
    "ri_net_unused_upfront": "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "ri_net_unused_recurring": "reservation_net_unused_recurring_fee",
}
NET_ONLY = [name for name in AMOUNTS if "net" in name]
AMORTISED = """
alter table charges add column amortised decimal(24, 10);
update charges set amortised = case kind
    when 'SavingsPlanCoveredUsage' then plan_effective
    when 'SavingsPlanRecurringFee' then plan_committed - plan_used
    when 'SavingsPlanNegation' then 0
    when 'SavingsPlanUpfrontFee' then 0
    when 'DiscountedUsage' then ri_effective
    when 'RIFee' then ri_unused_upfront + ri_unused_recurring
    when 'Fee' then if(reservation <> '', 0, unblended)
    when 'Refund' then if(reservation <> '', 0, unblended)
    else unblended end
"""

# Each promise is a query that returns the rows breaking it.
PROMISES = {
    "a line id is unique within a delivery and period": """
        select delivery, id, period from charges group by all having count(*) > 1""",
    "unblended = amortised + true-up + upfront fees": """
        select delivery from charges
        group by delivery
        having abs(sum(unblended) - sum(amortised)
            + coalesce(sum(plan_upfront) filter (kind = 'SavingsPlanRecurringFee'), 0)
            + coalesce(sum(ri_upfront) filter (kind = 'RIFee'), 0)
            - coalesce(sum(unblended) filter (kind = 'SavingsPlanUpfrontFee'
                or (kind in ('Fee', 'Refund') and reservation <> '')), 0)
        ) > 1e-6""",
    "negation cancels covered usage exactly": """
        select delivery, account, code, usage_type, plan, sum(unblended) from charges
        where kind in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
        group by all having sum(unblended) <> 0 or sum(net) <> 0""",
    "a plan's covered usage is what its fee calls used": """
        select delivery, plan from charges where plan <> '' group by all
        having sum(plan_effective) filter (kind = 'SavingsPlanCoveredUsage') <> sum(plan_used)""",
    "no hour uses more than the commitment": """
        select * from charges where kind = 'SavingsPlanRecurringFee'
        and plan_used > plan_committed + 0.000001""",
    "a plan's used and unused parts are its fee and amortised upfront": """
        select delivery, plan from charges where plan <> '' and kind <> 'SavingsPlanUpfrontFee'
        group by all having abs(sum(amortised) - sum(unblended) - sum(plan_upfront)) > 1e-6""",
    "a reservation's used and unused parts are its fee and amortised upfront": """
        select delivery, reservation from charges
        where reservation <> '' and kind not in ('Fee', 'Refund')
        group by all having abs(sum(amortised) - sum(unblended) - sum(ri_upfront)) > 1e-6""",
    "the same holds after discounts": """
        select delivery, reservation from charges
        where reservation <> '' and kind not in ('Fee', 'Refund') and month >= '2026-08-01'
        group by all having abs(sum(ri_net_effective) + sum(ri_net_unused_upfront)
            + sum(ri_net_unused_recurring) - sum(net) - sum(ri_net_upfront)) > 1e-6""",
    "discounts are lines or net columns, never both": """
        select delivery from charges group by delivery
        having (count(*) filter (kind = 'EdpDiscount') > 0) = (sum(net) <> sum(unblended)
            and max(month) >= '2026-08-01')""",
    "every line has exactly one owner": """
        select charges.id, charges.start, count(owners.team) as owners
        from (select distinct id, account, code, usage_type, resource, start::date as start
              from charges) as charges
        left join owners on owners.sub_account_id = account
            and owners.resource_id = resource
            and (resource <> '' or (owners.service_code = code
                and owners.usage_type = coalesce(charges.usage_type, '')))
            and charges.start >= coalesce(owners.valid_from, date '2000-01-01')
            and charges.start < coalesce(owners.valid_to, date '2100-01-01')
        group by all having count(owners.team) <> 1""",
}
TOTALS = """
select strftime(month, '%Y-%m') as month, delivery, count(*) as rows, sum(unblended)::decimal(14, 2)
    as unblended, sum(amortised)::decimal(14, 2) as amortised, sum(net)::decimal(14, 2) as net
from charges group by all order by all"""


def load(project: Path) -> duckdb.DuckDBPyConnection:
    """Load every delivery of the bill and the true owners."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    sources = [_select(path, delivery) for delivery, path in _deliveries(project / "bill")]
    connection.execute(
        CHARGES.format(amounts=_amounts(), source=" union all by name ".join(sources))
    )
    connection.execute(AMORTISED)
    owners = project / "truth" / "owners.csv"
    connection.execute(
        "create temp table owners as select * replace (coalesce(resource_id, '') as resource_id, "
        "coalesce(service_code, '') as service_code, coalesce(usage_type, '') as usage_type, "
        "valid_from::date as valid_from, valid_to::date as valid_to) "
        f"from read_csv('{owners}', all_varchar = true)"
    )
    return connection


def _amounts() -> str:
    """Read doubles as decimals; what a format doesn't have is zero."""
    exact = "coalesce(cast({} as decimal(24, 10)), 0) as {}"
    return ", ".join(exact.format(column, name) for name, column in AMOUNTS.items())


def _deliveries(bill: Path) -> list[tuple[str, str]]:
    legacy = [
        (month, f"{bill}/cur/*/*/year={month[:4]}/month={int(month[5:])}/*.parquet")
        for month in LEGACY_MONTHS
    ]
    current = [(d.moment, f"{bill}/cur2/*/data/{d.folder}/*.parquet") for d in DELIVERIES]
    return legacy + current


def _select(path: str, delivery: str) -> str:
    """Legacy months have no net columns."""
    net = [f"0.0::double as {AMOUNTS[name]}" for name in NET_ONLY]
    columns = ", ".join(["*", f"'{delivery}' as delivery", *(net if delivery in MONTHS else [])])
    return f"select {columns} from read_parquet('{path}', hive_partitioning = false)"


def broken_promises(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows break each promise, for those that are broken."""
    counts = {name: len(connection.execute(sql).fetchall()) for name, sql in PROMISES.items()}
    return {name: count for name, count in counts.items() if count}


def main() -> None:
    """Print the monthly totals and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path, nargs="?", default=MAPPINGS.parent)
    connection = load(parser.parse_args().project)
    print(connection.execute(TOTALS).df().to_string(index=False))
    broken = broken_promises(connection)
    for name in PROMISES:
        print(f"{'BROKEN' if name in broken else 'kept':7} {name}")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
