"""Projects of a few lines whose close can be worked out in one's head."""

import datetime as dt
import shutil

import pytest

import finops
from tests.conftest import SAMPLE, line, write_bill

RATES = {"2026-08": 1300, "2026-09": 1380, "2026-10": 1372, "2026-11": 1390}


@pytest.fixture
def close_project(project, tmp_path):
    """Return a function that loads bills (lists of lines), builds, and opens the project."""
    (project / "finops.toml").write_text('company = "Test"\nreporting_currency = "KRW"\n')
    for folder in ("mappings", "business"):
        (project / folder).mkdir()
    shutil.copyfile(SAMPLE / "mappings/accounts.csv", project / "mappings/accounts.csv")
    rates = "".join(f"{month},USD,KRW,{rate},test\n" for month, rate in RATES.items())
    header = "billing_period,from_currency,to_currency,rate,source\n"
    (project / "business/exchange_rates.csv").write_text(header + rates)

    def make(*bills):
        if make.warehouse:
            # DuckDB would go on reading the file that the next build replaces.
            make.warehouse.close()
        make.warehouse = warehouse = finops.connect(project)
        for lines in bills:
            day = lines[0]["line_item_usage_start_date"]
            folder = tmp_path / f"bill-{make.number}"
            make.number += 1
            path = write_bill(folder / f"{day:%Y-%m}.parquet", lines)
            warehouse.load(path)
        warehouse.build()
        return warehouse

    make.number, make.warehouse = 0, None
    return make


def charge(month, dollars, **values):
    """Return a line of usage on the fifth of a month (YYYY-MM)."""
    day = dt.datetime.strptime(f"{month}-05", "%Y-%m-%d")
    values = {"bill_invoice_id": f"INV-{month}", "bill_bill_type": "Anniversary"} | values
    return line(day=day, line_item_unblended_cost=float(dollars), **values)


def tax(month, dollars, **values):
    """Return a line of tax."""
    return charge(month, dollars, line_item_line_item_type="Tax", **values)
