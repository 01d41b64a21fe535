"""Commands that read what was built: anomalies, and the notebooks."""

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from finops import anomalies as anomaly
from finops import connect
from finops.cli.terminal import Project, app, out
from finops.project import open_lab
from finops.report import tables


@app.command()
def anomalies(
    project: Project = Path(),
    since: Annotated[
        str | None, typer.Option(help="Leave out what ended before: YYYY-MM-DD.")
    ] = None,
) -> None:
    """List cost that weekdays, orders, holidays and plans don't explain, per team and AWS service.

    Example: finops anomalies --since 2026-10-01
    """
    found = anomaly.find(connect(project))
    if since:
        found = found[found["end"] >= pd.Timestamp(since)]
    out.print(tables.anomalies(found))


@app.command()
def lab(project: Project = Path()) -> None:
    """Open the notebooks of this project in JupyterLab.

    Example: finops lab
    """
    sys.exit(open_lab(connect(project).settings))
