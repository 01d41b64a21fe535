"""A warehouse of two months whose numbers can be added in one's head."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from finops.settings import Settings
from finops.warehouse.connect import Warehouse

TABLES = """
create schema marts;
create table marts.aws_service_month (
    billing_period varchar, service_name varchar, billing_currency varchar,
    list_cost decimal(38, 10), billed_cost decimal(38, 10), effective_cost decimal(38, 10),
    x_effective_cost_change decimal(38, 10), x_billed_tax decimal(38, 10) default 0
);
create table marts.team_month (
    billing_period varchar, x_team varchar, billing_currency varchar,
    effective_cost decimal(38, 10), x_own_effective_cost decimal(38, 10),
    x_budget decimal(38, 10), x_variance decimal(38, 10), x_reporting_currency varchar,
    x_reporting_effective_cost decimal(38, 10)
);
create table marts.unit_cost (
    billing_period varchar, charge_date date, x_service varchar, billing_currency varchar,
    effective_cost decimal(38, 10), x_orders bigint, x_revenue decimal(18, 4),
    x_reporting_currency varchar, x_reporting_effective_cost decimal(38, 10),
    x_effective_cost_to_revenue double
);
create table marts.unit_cost_month (
    billing_period varchar, x_scope varchar, billing_currency varchar, x_orders bigint,
    x_effective_cost_per_order double, x_reporting_currency varchar,
    x_reporting_effective_cost_per_order double, x_effective_cost_to_revenue double,
    x_per_order_reason varchar, x_to_revenue_reason varchar
);
create table marts.trust_header (
    billing_period varchar, billing_currency varchar, x_deliveries bigint, x_last_charge_date date,
    x_final_share double, billed_cost decimal(38, 10), effective_cost decimal(38, 10),
    x_residual decimal(38, 10), x_tagged_share double, x_inferred_share double, x_unowned_share double,
    x_billed_tax decimal(38, 10) default 0
);
create schema ledger;
create table ledger.findings (
    x_kind varchar, billing_period varchar, billing_currency varchar, sub_account_id varchar,
    x_line_item_type varchar, commitment_discount_id varchar, x_first_charge_date date,
    x_last_charge_date date, x_lines bigint, x_found_cost decimal(38, 10), x_what varchar,
    x_likely_cause varchar, x_what_to_do varchar
);
create table marts.untagged (
    x_rank bigint, sub_account_id varchar, sub_account_name varchar, service_name varchar,
    resource_id varchar, x_usage_type varchar, billing_currency varchar, x_owner_method varchar,
    x_team varchar, x_rule_id varchar, effective_cost decimal(38, 10), x_cumulative_share double
);
"""

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "aws_service_month": [
        ("2026-09", "Amazon EC2", "USD", 1000, 900, 800, None),
        ("2026-09", "AWS Glue", "USD", 200, 200, 200, None),
        ("2026-10", "Amazon EC2", "USD", 1500, 1300, 1200, 400),
        ("2026-10", "AWS Glue", "USD", 0, 0, 0, -200),
    ],
    "team_month": [
        ("2026-09", "search", "USD", 1000, 900, 1000, 100, "KRW", 1400000),
        ("2026-10", "search", "USD", 1100, 1000, 800, -200, "KRW", 1540000),
        ("2026-10", "unowned", "USD", 100, 100, None, None, "KRW", 140000),
    ],
    "unit_cost": [
        ("2026-09", "2026-09-01", "*", "USD", 1000, 40000, 28000000, "KRW", 1400000, 0.05),
        ("2026-10", "2026-10-01", "*", "USD", 700, 30000, 20000000, "KRW", 980000, 0.049),
        ("2026-10", "2026-10-02", "*", "USD", 500, 30000, 20000000, "KRW", 700000, 0.035),
    ],
    "unit_cost_month": [
        ("2026-09", "company", "USD", 40000, 0.025, "KRW", 35.0, 0.05, None, None),
        ("2026-10", "company", "USD", 60000, 0.02, "KRW", 28.0, 0.042, None, None),
        ("2026-10", "team", "USD", 60000, 0.01, "KRW", 14.0, 0.021, None, None),
    ],
    "trust_header": [
        ("2026-09", "USD", 2, "2026-09-30", 1.0, 1100, 1000, 0, 0.5, 0.4, 0.1),
        ("2026-10", "USD", 1, "2026-10-31", 1.0, 1300, 1200, 0, 0.6, 0.3, 0.1),
    ],
    "untagged": [
        (1, "0123", None, "Amazon EC2", "i-1", None, "USD", "rule", "search", "R1", 300, 0.75),
        (2, "0123", "data", "Amazon S3", None, "Requests", "USD", "unowned", None, None, 100, 1.0),
    ],
}
SCHEMAS = {"findings": "ledger"}

MakeWarehouse = Callable[..., Warehouse]


@pytest.fixture
def make_warehouse(tmp_path: Path) -> MakeWarehouse:
    """Return a function that makes the warehouse; keywords replace the rows of a mart."""

    def make(**rows: list[tuple[Any, ...]]) -> Warehouse:
        con = duckdb.connect()
        con.execute(TABLES)
        for name, values in {**ROWS, **rows}.items():
            for row in values:
                schema = SCHEMAS.get(name, "marts")
                table = f"{schema}.{name}"
                names = [one[0] for one in con.execute(f"describe {table}").fetchall()][: len(row)]
                places = ", ".join("?" for _ in row)
                con.execute(
                    f"insert into {table} ({', '.join(names)}) values ({places})", list(row)
                )
        settings = Settings(project=tmp_path, company="Hanbat", reporting_currency="KRW")
        warehouse = Warehouse(settings)
        warehouse._connection = con
        return warehouse

    return make


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return the warehouse as it is."""
    return make_warehouse()
