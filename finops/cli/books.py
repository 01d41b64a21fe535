"""Commands for finance: closing a month, and whether the invoices agree with it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finops.cli.terminal import Project, app, err, out
from finops.errors import CheckFailed

if TYPE_CHECKING:
    from finops.warehouse.connect import Warehouse


@app.command()
def close(
    month: Annotated[str | None, typer.Argument(help="YYYY-MM.", show_default=False)] = None,
    accrue: Annotated[
        bool, typer.Option("--accrue", help="Accrue what has no invoice yet, at the month's rate.")
    ] = False,
    reopen: Annotated[
        str | None,
        typer.Option(
            metavar="REASON", help="Take back the last close; it is kept, with the reason."
        ),
    ] = None,
    invoice: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Close nothing; hold invoices (JSON or CSV, one each) against the bill.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Of the invoice check: en or ko.")] = "en",
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Of the invoice check; default: PROJECT/invoice_checks."),
    ] = None,
    project: Project = Path(),
) -> None:
    """Close a month: the pack that finance signs, the journal, and hashes of all they are made of.

    With --reopen: take back the last close. With --invoice: hold invoices against the bill; exit 1
    if something is not explained. The first close of a project asks, because no earlier month can
    be closed after it.

    Example: finops close 2026-10
    """
    if invoice:
        _check(project, month, invoice, folder or project / "invoice_checks", lang)
    elif month is None:
        raise typer.BadParameter("Which month? finops close YYYY-MM, or --invoice FILE.")
    elif reopen is not None:
        _reopen(project, month, reopen)
    else:
        _close(project, month, accrue=accrue)


def _reopen(project: Path, month: str, reason: str) -> None:
    from finops.report import pack
    from finops.warehouse.connect import connect

    kept = pack.reopen(connect(project), month, reason)
    out.print(f"{month} is open again; its close is kept in {kept}", soft_wrap=True)


def _close(project: Path, month: str, *, accrue: bool) -> None:
    from finops.report import pack
    from finops.statements.kept import FOLDER
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    _ask(warehouse, month)
    written = pack.close(warehouse, month, accrue=accrue)
    below = [path for path in written if path.parent.name == FOLDER]
    for path in written:
        if path not in below:
            out.print(str(path), markup=False, soft_wrap=True)
    if below:
        out.print(f"{below[0].parent}: {len(below)} files", markup=False, soft_wrap=True)


def _is_terminal() -> bool:
    return bool(sys.stdin) and sys.stdin.isatty()


def _ask(warehouse: "Warehouse", month: str) -> None:
    """Ask on a terminal, and say elsewhere, what a first close decides for good."""
    from finops.close.closable import first_close

    if not (said := first_close(warehouse, month)):
        return
    err.print(said)
    if _is_terminal():
        typer.confirm("Close it?", abort=True)


def _check(project: Path, month: str | None, files: list[Path], folder: Path, lang: str) -> None:
    from finops.invoice.check import check_invoices
    from finops.report.invoice import page
    from finops.warehouse.connect import connect

    found = check_invoices(connect(project), files, month)
    written = page.write_check(found, folder, language=lang)
    out.print(page.console(found))
    for path in written:
        out.print(str(path), markup=False, soft_wrap=True)
    if not found.agrees:
        raise CheckFailed(
            f"Nothing explains {len(found.unexplained)} difference(s) between the invoices of "
            f"{found.billing_period} and the bill, {found.unexplained_cost:,.2f} "
            f"{found.currency}. The evidence is in {written[0]}"
        )
