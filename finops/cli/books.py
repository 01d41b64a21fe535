"""Commands for finance: closing a month."""

from pathlib import Path
from typing import Annotated

import typer

from finops import connect
from finops.cli.terminal import Project, app, out
from finops.close.files import close as close_month


@app.command()
def close(
    month: Annotated[str, typer.Argument(help="YYYY-MM.")],
    accrue: Annotated[
        bool, typer.Option("--accrue", help="Accrue what has no invoice yet, at the month's rate.")
    ] = False,
    project: Project = Path(),
) -> None:
    """Close a month: the pack that finance signs, the journal, and hashes of all they are made of.

    Example: finops close 2026-10
    """
    for path in close_month(connect(project), month, accrue=accrue):
        out.print(str(path), markup=False, soft_wrap=True)
