"""Write the statements of a month: page and workbook of each team, an index equal to the bill."""

from collections.abc import Iterable
from pathlib import Path

from finops.errors import BadInput
from finops.inputs.accounts import read_accounts
from finops.languages import LANGUAGES, known_language
from finops.report.statements.corrections import corrections, corrections_section
from finops.report.statements.executive import executive_page
from finops.report.statements.page import index_page, statement_page
from finops.report.statements.reconciliation import steps_csv
from finops.report.statements.sections import sections
from finops.report.statements.workbook import workbook
from finops.statements.chargeback import journal_csv, postings
from finops.statements.kept import Files, file_team, kept_statements
from finops.statements.month import Expenses
from finops.statements.statement import MEASURES, Build, Statement, statements
from finops.warehouse.connect import Warehouse
from finops.whole_files import write_whole

__all__ = ["closing_statements", "write_statements"]


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
    the journal of all, a CSV of `chargeback.COLUMNS`, and one of the steps from the bill to it. Of
    a closed month they are those that were kept with it. The same build, with the same anomalies
    marked as expected, gives the same bytes. Returns the files. Raises BadInput, before anything is
    written, for an unknown language or mode, a month or team without cost, a chargeback whose close
    would be refused, and a journal that lacks an account or cost centre; SourceNotFound without a
    build.
    """
    known_language(language)
    _check("mode", mode, MEASURES)
    files = kept_statements(warehouse.settings, billing_period, mode, language, team)
    if not files:
        found = statements(warehouse, billing_period, mode=mode, team=team)
        files = _files(warehouse, found, [language], is_whole=team is None)
    for name, content in files.items():
        write_whole(Path(folder) / name, content)
    return [Path(folder) / name for name in files]


def closing_statements(
    warehouse: Warehouse, billing_period: str, expenses: Expenses | None = None
) -> Files:
    """Return the statements to keep with a month that is being closed, in both languages.

    `expenses` are those that the close has worked out, by month. Without a cost centre that pays
    AWS nothing is charged, so there is only showback. Raises what `write_statements` raises.
    """
    files: Files = {}
    build = Build(warehouse, expenses)
    for mode in MEASURES:
        if mode == "chargeback" and not warehouse.settings.paying_cost_centre:
            continue
        found = statements(warehouse, billing_period, mode=mode, is_closing=True, build=build)
        if found:
            files |= _files(warehouse, found, LANGUAGES, is_whole=True)
    return files


def _files(
    warehouse: Warehouse, found: list[Statement], languages: Iterable[str], *, is_whole: bool
) -> Files:
    """Return a page and a workbook of each statement; of a whole month also what is of all."""
    files: Files = {}
    of_all = _showback if found[0].month.mode == "showback" else _chargeback
    for language in languages:
        for one in found:
            tables = sections(one, language)
            files[_name(one, language, "html")] = statement_page(one, language, tables).encode()
            files[_name(one, language, "xlsx")] = workbook(one, language, tables)
    return files | (of_all(warehouse, found, languages) if is_whole else {})


def _showback(warehouse: Warehouse, found: list[Statement], languages: Iterable[str]) -> Files:
    """Return the index and the executive page of all teams."""
    files: Files = {}
    for language in languages:
        index, executive = (_name_of_all(found, one, language) for one in ("index", "executive"))
        files[index] = index_page(found, language).encode()
        files[executive] = executive_page(warehouse, found, language).encode()
    return files


def _chargeback(warehouse: Warehouse, found: list[Statement], languages: Iterable[str]) -> Files:
    """Return the index of all teams, their journal, and the steps from the bill to it."""
    paying, period = warehouse.settings.paying_cost_centre, found[0].month.billing_period
    rows = postings(found, paying)
    months = {one.month.currency: one.month for one in found}
    corrected = {one: corrections(warehouse, month, paying) for one, month in months.items()}
    files: Files = {}
    for language in languages:
        more = [corrections_section(months[one], rows, language) for one, rows in corrected.items()]
        index = _name_of_all(found, "index", language)
        files[index] = index_page(found, language, more).encode()
    accounts = read_accounts(warehouse.settings.project / "mappings" / "accounts.csv")
    every = [*rows, *(row for part in corrected.values() for row in part)]
    files[f"journal-{period}.csv"] = journal_csv(every, accounts)
    files[f"reconciliation-{period}.csv"] = steps_csv(found)
    return files


def _name_of_all(found: list[Statement], what: str, language: str) -> str:
    month = found[0].month
    return f"{month.billing_period}-{what}-{month.mode}-{language}.html"


def _name(statement: Statement, language: str, kind: str) -> str:
    """Return the name of a file; the name of a team may hold what a file name can't."""
    month = statement.month
    team = file_team(statement.team)
    return f"{month.billing_period}-{team}-{month.currency}-{month.mode}-{language}.{kind}"


def _check(word: str, value: str, known: Iterable[str]) -> None:
    if value not in list(known):
        raise BadInput(f"Unknown {word} {value!r}: take one of {', '.join(known)}.")
