"""Write the statements of a month: a page for each team, and an index that equals the bill."""

from collections.abc import Iterable
from pathlib import Path

from finops.errors import BadInput
from finops.report.html import write_whole
from finops.report.statement import MEASURES, Statement, statements
from finops.report.statement_page import index_page, statement_page
from finops.report.statement_text import LANGUAGES
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

    Without `team` there is an index too. The same build gives the same bytes. Returns the files.
    Raises BadInput for an unknown language or mode and a month or team without cost, before
    anything is written; SourceNotFound without a build.
    """
    _check("language", language, LANGUAGES)
    _check("mode", mode, MEASURES)
    found = statements(warehouse, billing_period, mode=mode, team=team)
    target = Path(folder)
    pages = {_path(target, one, language): statement_page(one, language) for one in found}
    if team is None:
        pages[target / f"{billing_period}-index-{mode}-{language}.html"] = index_page(
            found, language
        )
    for path, page in pages.items():
        write_whole(path, page)
    return list(pages)


def _path(folder: Path, statement: Statement, language: str) -> Path:
    """Return where a page goes; the name of a team may hold what a file name can't."""
    month = statement.month
    team = "".join(char if char.isalnum() or char in "-_." else "_" for char in statement.team)
    return folder / f"{month.billing_period}-{team}-{month.currency}-{month.mode}-{language}.html"


def _check(word: str, value: str, known: Iterable[str]) -> None:
    if value not in list(known):
        raise BadInput(f"Unknown {word} {value!r}: take one of {', '.join(known)}.")
