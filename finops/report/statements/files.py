"""Write the statements of a month: page and workbook of each team, an index equal to the bill."""

from collections.abc import Iterable
from pathlib import Path

from finops.close.accounts import read_accounts
from finops.errors import BadInput
from finops.languages import place_of
from finops.report.pages import write_whole
from finops.report.statements.chargeback import journal_csv, postings
from finops.report.statements.executive import executive_page
from finops.report.statements.page import index_page, statement_page
from finops.report.statements.reconciliation import steps_csv
from finops.report.statements.statement import MEASURES, Statement, statements
from finops.report.statements.workbook import workbook
from finops.warehouse import Warehouse

__all__ = ["write_statements"]


def write_statements(
    warehouse: Warehouse,
    billing_period: str,
    folder: str | Path,
    *,
    team: str | None = None,
    language: str = "en",
    mode: str = "showback",
) -> list[Path]:
    """Write the statements of a month into `folder`, all teams' or that of `team`.

    Without `team` there is an index too, and for `showback` a page for executives, for `chargeback`
    the journal of all, a CSV of `chargeback.COLUMNS`, and one of the steps from the bill to it. The
    same build, with the same anomalies marked as expected, gives the same bytes. Returns the files.
    Raises BadInput, before anything is written, for an unknown language or mode, a month or team
    without cost, a chargeback whose close would be refused, and a journal that lacks an account or
    cost centre; SourceNotFound without a build.
    """
    place_of(language)
    _check("mode", mode, MEASURES)
    found = statements(warehouse, billing_period, mode=mode, team=team)
    target = Path(folder)
    files: dict[Path, str | bytes] = {}
    for one in found:
        files[_path(target, one, language, "html")] = statement_page(one, language)
        files[_path(target, one, language, "xlsx")] = workbook(one, language)
    if team is None:
        files |= _of_all(warehouse, found, target, language)
    for path, content in files.items():
        write_whole(path, content)
    return list(files)


def _of_all(
    warehouse: Warehouse, found: list[Statement], folder: Path, language: str
) -> dict[Path, str | bytes]:
    """Return the files about all teams: the index, and the executive page or the journal."""
    month = found[0].month
    name = f"{month.billing_period}-{{}}-{month.mode}-{language}.html"
    files: dict[Path, str | bytes] = {folder / name.format("index"): index_page(found, language)}
    if month.mode == "chargeback":
        files[folder / f"journal-{month.billing_period}.csv"] = _journal(warehouse, found)
        files[folder / f"reconciliation-{month.billing_period}.csv"] = steps_csv(found)
    else:
        files[folder / name.format("executive")] = executive_page(warehouse, found, language)
    return files


def _journal(warehouse: Warehouse, found: list[Statement]) -> bytes:
    settings = warehouse.settings
    accounts = read_accounts(settings.project / "mappings" / "accounts.csv")
    return journal_csv(postings(found, settings.paying_cost_centre), accounts)


def _path(folder: Path, statement: Statement, language: str, kind: str) -> Path:
    """Return where a file goes; the name of a team may hold what a file name can't."""
    month = statement.month
    team = "".join(char if char.isalnum() or char in "-_." else "_" for char in statement.team)
    name = f"{month.billing_period}-{team}-{month.currency}-{month.mode}-{language}.{kind}"
    return folder / name


def _check(word: str, value: str, known: Iterable[str]) -> None:
    if value not in list(known):
        raise BadInput(f"Unknown {word} {value!r}: take one of {', '.join(known)}.")
