"""Tiny bills and files of a company to mutate, and what a plain reading of them sums to."""

import csv
import gzip
import io
import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Header, Rows = list[str], list[list[str]]
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
COSTS = ("10.00", "-2.5", "0.000001", "3.25", "1000", "7")
LEGACY = [
    *("identity/LineItemId", "identity/TimeInterval", "bill/InvoiceId", "bill/PayerAccountId"),
    *("bill/BillingPeriodStartDate", "lineItem/UsageAccountId", "lineItem/LineItemType"),
    *("lineItem/UsageStartDate", "lineItem/UsageEndDate", "lineItem/ProductCode"),
    *("lineItem/UnblendedCost", "lineItem/CurrencyCode", "resourceTags/user:Name"),
]
CUR2 = [
    *("identity_line_item_id", "identity_time_interval", "bill_invoice_id"),
    *("bill_payer_account_id", "bill_billing_period_start_date", "line_item_usage_account_id"),
    *("line_item_line_item_type", "line_item_usage_start_date", "line_item_usage_end_date"),
    *("line_item_product_code", "line_item_unblended_cost", "line_item_currency_code"),
    *("resource_tags",),
]
FOCUS = [
    *("BillingAccountId", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd"),
    *("ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "BilledCost", "EffectiveCost"),
    *("ListCost", "ServiceName", "ProviderName", "SubAccountId", "Tags"),
]
COST = {
    "legacy": "lineItem/UnblendedCost",
    "cur2": "line_item_unblended_cost",
    "focus": "BilledCost",
}


@dataclass(frozen=True)
class Table:
    """Cells of a file, all as text, and how the file is written."""

    header: Header
    rows: Rows
    cost: str
    delimiter: str = ","
    types: dict[str, str] = field(default_factory=dict)


def bill(kind: str) -> Table:
    """Return a month of six lines in a format."""
    if kind == "focus":
        return Table(FOCUS, [_focus(*one) for one in enumerate(COSTS, start=1)], COST[kind])
    header, tags = (LEGACY, "web-{}") if kind == "legacy" else (CUR2, '{{"user_name": "web-{}"}}')
    rows = [_line(day, cost, tags.format(day)) for day, cost in enumerate(COSTS, start=1)]
    return Table(header, rows, COST[kind])


def _line(day: int, cost: str, tags: str) -> list[str]:
    start, end = f"2026-10-{day:02}T00:00:00Z", f"2026-10-{day:02}T01:00:00Z"
    kind = "Tax" if day == len(COSTS) else "Usage"
    return [
        *(f"id{day}", f"{start}/{end}", "INV-1", "111111111111", "2026-10-01T00:00:00Z"),
        *(f"22222222222{day % 2}", kind, start, end, "AmazonEC2", cost, "USD", tags),
    ]


def _focus(day: int, cost: str) -> list[str]:
    month = "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
    start, end = f"2026-10-{day:02}T00:00:00Z", f"2026-10-{day:02}T01:00:00Z"
    tags = '{"name": "web"}'
    costs = [cost, cost, cost]
    return ["B", "USD", *month, start, end, "Usage", *costs, "Compute", "Cloud", f"s{day}", tags]


def to_csv(table: Table) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=table.delimiter, lineterminator="\n")
    writer.writerows([table.header, *table.rows])
    return stream.getvalue().encode()


def to_parquet(table: Table, path: Path) -> None:
    """Write the table with the types that its columns have, text where a cell is none of them."""
    columns = [list(column) for column in zip(*table.rows, strict=True)] or [
        [] for _ in table.header
    ]
    arrays = [
        _array(cells, table.types.get(name, _type(name)))
        for name, cells in zip(table.header, columns, strict=True)
    ]
    pq.write_table(pa.Table.from_arrays(arrays, names=table.header), path)


def _type(name: str) -> str:
    if name.lower().endswith("cost"):
        return "double"
    return "timestamp" if re.search(r"(Start|End|_date|Date)$", name) else "string"


def _array(cells: list[str], kind: str) -> pa.Array:
    try:
        if kind == "double":
            return pa.array([float(cell) if cell else None for cell in cells], pa.float64())
        if kind == "decimal":
            return pa.array([Decimal(cell) if cell else None for cell in cells])
        if kind == "integer":
            return pa.array([int(Decimal(cell)) if cell else None for cell in cells])
        if kind == "timestamp":
            times = [datetime.fromisoformat(cell.removesuffix("Z")) for cell in cells]
            return pa.array(times, pa.timestamp("ms"))
        return pa.array(cells, pa.string())
    except (ValueError, ArithmeticError, pa.ArrowException):
        return pa.array(cells, pa.string())


def plain_csv_sum(data: bytes, cost: str) -> Decimal | None:
    """Return what the column sums to; None if a plain reading can't tell, so nobody can."""
    try:
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        header, rows = _cells(_text(data))
    except (OSError, EOFError, ValueError, csv.Error):
        return None
    places = [place for place, name in enumerate(header) if name.strip() == cost]
    if not places or any(len(row) != len(header) for row in rows):
        return None
    sums = [_sum([row[place] for row in rows]) for place in places]
    return sums[0] if len(set(sums)) == 1 else None


def plain_parquet_sum(path: Path, cost: str) -> Decimal | None:
    """Return what the column sums to by pyarrow; None if it can't be read or is doubled."""
    try:
        table = pq.ParquetFile(path).read()
        values = [table.column(place) for place in table.schema.get_all_field_indices(cost)]
        sums = [_sum([_cell(one) for one in column.to_pylist()]) for column in values]
    except (OSError, pa.ArrowException, ValueError):
        return None
    return sums[0] if len(set(sums)) == 1 else None


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _cells(text: str) -> tuple[Header, Rows]:
    first = text.split("\n", 1)[0]
    delimiter = next((mark for mark in ",;|\t" if mark in first), ",")
    for strict in (True, False):
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
            lines = [cells for cells in reader if any(cell.strip() for cell in cells)]
            return (lines[0], lines[1:]) if lines else ([], [])
        except csv.Error:
            if not strict:
                raise
    return [], []


def _sum(cells: list[str]) -> Decimal | None:
    """Return the sum of numbers and blanks; None if there is anything else."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not all(NUMBER.fullmatch(cell) for cell in filled):
        return None
    return sum((Decimal(cell) for cell in filled), Decimal(0))


def manifest(kind: str, file: str) -> bytes:
    """Return the manifest that AWS writes beside one file of a month."""
    if kind == "legacy":
        content: dict[str, object] = {
            "assemblyId": "a1",
            "account": "111111111111",
            "reportName": "report",
            "bucket": "bucket",
            "billingPeriod": {"start": "20261001T000000.000Z", "end": "20261101T000000.000Z"},
            "columns": [{"category": "lineItem", "name": "UnblendedCost"}],
            "compression": "GZIP",
            "reportKeys": [f"report/20261001-20261101/{file}"],
        }
    else:
        content = {
            "exportArn": "arn:aws:bcm-data-exports:us-east-1:111111111111:export/report-1",
            "columns": [{"name": name, "type": "string"} for name in bill(kind).header],
            "dataFiles": [f"s3://bucket/report/data/BILLING_PERIOD=2026-10/{file}"],
        }
    return json.dumps(content, indent=1).encode()


COMPANY = {
    "mappings/teams.csv": "team,name,name_ko,kind,cost_centre,aliases\n"
    "order,Order,주문,team,CC-1,ordering\nplatform,Platform,플랫폼,shared,CC-2,\n",
    "mappings/services.csv": "service,name,name_ko,team,aliases,product\n"
    "web,Web,웹,order,www|site,Food\nkafka,Kafka,카프카,platform,,\n",
    "mappings/tag_keys.csv": "tag_key,dimension,priority,required\nname,service,1,yes\n",
    "mappings/rules.csv": "rule_id,priority,service_code,tag,team,valid_from,valid_to\n"
    "R1,1,AmazonEC2,name=web*,order,,\nR2,2,Amazon*,,platform,2026-10-01,\n",
    "mappings/account_defaults.csv": "sub_account_id,team,valid_from,valid_to\n"
    "222222222220,order,,\n222222222221,platform,2026-01-01,2027-01-01\n",
    "mappings/resources.csv": "resource_id,team\ni-1,order\ni-2,platform\n",
    "business/orders.csv": "date,service,orders\n2026-10-01,*,100\n2026-10-02,*,110\n"
    "2026-10-02,web,60\n",
    "business/revenue.csv": "date,service,revenue,currency\n2026-10-01,*,1000.5,USD\n",
    "business/budgets.csv": "billing_period,team,budget,currency,version\n"
    "2026-10,order,500,USD,1\n2026-11,order,600.25,USD,1\n",
    "business/drivers.csv": "date,driver,team,quantity\n2026-10-01,jobs,order,5.5\n",
    "business/exchange_rates.csv": "billing_period,from_currency,to_currency,rate,source\n"
    "2026-10,USD,KRW,1400.5,bank\n",
    "business/events.csv": "start,end,key,kind,name\n2026-10-03,2026-10-05,*,promotion,Sale\n",
    "business/order_plan.csv": "billing_period,service,orders\n2026-11,*,5000\n",
    "business/holidays.csv": "date,name,change\n2026-10-09,Day off,add\n",
    "inventory/belongs_to.csv": "resource_id,belongs_to,relation,tag:team\n"
    "vol-1,i-1,attached_to,order\nvol-2,i-2,,\n",
    "inventory/tags.json": '{"ResourceTagMappingList": [{"ResourceARN": '
    '"arn:aws:ec2:ap-northeast-2:222222222220:instance/i-1", '
    '"Tags": [{"Key": "team", "Value": "order"}]}]}',
}
# The number of each file that a plain reading can sum.
SUMMED = {
    "orders": "orders",
    "revenue": "revenue",
    "budgets": "budget",
    "drivers": "quantity",
    "exchange_rates": "rate",
    "order_plan": "orders",
}


def company_table(name: str) -> Table:
    """Return a file of the company as cells; its cost is the column that can be summed, if any."""
    header, rows = _cells(COMPANY[name])
    return replace(Table(header, rows, ""), cost=SUMMED.get(Path(name).stem, ""))


def plain_row_count(data: bytes) -> int | None:
    """Return how many rows a CSV file has below its header; None if nobody can tell."""
    try:
        return len(_cells(_text(data))[1])
    except csv.Error:
        return None
