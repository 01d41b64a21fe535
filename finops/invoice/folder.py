"""Hold all invoices that lie in a folder of the project against their months."""

from collections import defaultdict
from pathlib import Path

from finops.invoice.check import InvoiceCheck, check_invoices
from finops.invoice.files import invoice_months
from finops.warehouse.connect import Warehouse

__all__ = ["FOLDER", "check_folder"]

FOLDER = "invoices"


def check_folder(warehouse: Warehouse, folder: str | Path = FOLDER) -> list[InvoiceCheck]:
    """Return one check per month of the JSON and CSV files in a folder, the oldest month first.

    `folder` is below the project unless it is absolute; none if it holds no file. Months without a
    bill are left out. Raises what `check_invoices` raises.
    """
    loaded = warehouse.sql("select distinct billing_period from ledger.deliveries")
    by_month: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((warehouse.settings.project / folder).glob("*.*")):
        if path.suffix.lower() in (".json", ".csv"):
            for month in invoice_months(path):
                by_month[month].append(path)
    months = sorted(by_month.keys() & {str(one) for one in loaded["billing_period"]})
    return [check_invoices(warehouse, by_month[month], month) for month in months]
