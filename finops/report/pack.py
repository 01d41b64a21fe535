"""Sign a month: write its pack, journal and hashes into a folder that nothing changes any more."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from finops.close import frozen
from finops.close.last_week import last_week_jumps
from finops.close.month import Close, prepare
from finops.errors import BadInput
from finops.languages import LANGUAGES
from finops.lock import writer_lock
from finops.report.close.page import close_page
from finops.report.close.workbook import close_workbook
from finops.report.statements.files import closing_statements
from finops.settings import Settings
from finops.statements.kept import FOLDER
from finops.text import safe_cell
from finops.version import __version__
from finops.warehouse.connect import Warehouse

__all__ = ["close", "journal_csv", "reopen"]


def close(warehouse: Warehouse, period: str, *, accrue: bool = False) -> list[Path]:
    """Close a month (YYYY-MM) and return the files of its folder `closed/YYYY-MM`.

    These are the pack as page and workbook, in English and Korean, the journal, the statements of
    all teams and what they are charged, and `close.json` with the SHA-256 of every file that was
    read or written. The folder appears whole or not at all.
    Raises what `prepare` raises, before anything is written, and WarehouseBusy.
    """
    settings = warehouse.settings
    # No build may come between what is signed and the hashes of what it is made of.
    with writer_lock(settings.warehouse):
        figures = prepare(warehouse, period, accrue=accrue)
        found = replace(figures, jumps=last_week_jumps(warehouse, period))
        files = {f"{period}-journal.csv": journal_csv(found.journal)}
        for language in LANGUAGES:
            files[f"{period}-close-{language}.html"] = close_page(found, language).encode()
            files[f"{period}-close-{language}.xlsx"] = close_workbook(found, language)
        kept = closing_statements(warehouse, period, {period: found.expenses})
        files |= {f"{FOLDER}/{name}": content for name, content in kept.items()}
        return frozen.freeze(settings, period, files, found.moved, _record(settings, found))


def reopen(warehouse: Warehouse, period: str, reason: str) -> Path:
    """Take back the last close, of `period` (YYYY-MM), and return where its folder is kept.

    The reason and the moment are in its `reopened.json`; a new close of the month names it. Raises
    BadInput for another month than the last closed one and without a reason, and WarehouseBusy.
    """
    settings = warehouse.settings
    with writer_lock(settings.warehouse):
        frozen.check_last(settings, period)
        if not reason.strip():
            raise BadInput("A close is taken back for a reason. Add: --reopen TEXT")
        return frozen.set_aside(settings, period, reason.strip())


def journal_csv(lines: pd.DataFrame) -> bytes:
    """Return journal lines as CSV that Excel reads; text of the bill never is a formula."""
    texts = ["account_code", "account_name", "account_name_ko", "invoice_issuer_name", "invoice_id"]
    safe = lines.assign(**{name: [safe_cell(str(one)) for one in lines[name]] for name in texts})
    return "\ufeff".encode() + frozen.csv_bytes(safe)


def _record(settings: Settings, found: Close) -> dict[str, Any]:
    """Return what close.json keeps of a close."""
    return {
        "billing_period": found.period,
        "closed_at": f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}",
        "finops_version": __version__,
        "is_final": found.is_final,
        "rates": {currency: str(rate) for currency, rate in found.rates.items()},
        "deliveries": found.deliveries,
        "inputs": frozen.input_hashes(settings, found.period),
        "takes_the_place_of": frozen.set_aside_before(settings, found.period),
    }
