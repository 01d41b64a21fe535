"""Commands that read what was built: anomalies, statements, and the notebooks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from finops.cli.terminal import Project, app, out


@app.command()
def anomalies(
    project: Project = Path(),
    since: Annotated[
        str | None,
        typer.Option(help="Leave out what was over, or the new normal, before: YYYY-MM-DD."),
    ] = None,
    acknowledge: Annotated[
        str | None, typer.Option(metavar="ID", help="Somebody knows of it; say --reason.")
    ] = None,
    expected: Annotated[
        str | None, typer.Option(metavar="ID", help="It was meant: never list it again.")
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send what is new to the channels of finops.toml.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why it is so, or what is done.")] = "",
) -> None:
    """List cost that weekdays, orders, holidays and plans don't explain, with owner and cause.

    Example: finops anomalies --since 2026-10-01
    """
    import pandas as pd

    from finops.incidents import record as incidents
    from finops.report.incidents.console import incident_list
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    if acknowledge:
        incidents.acknowledge(warehouse.settings.project, acknowledge, reason)
    if expected:
        incidents.expect(warehouse.settings.project, expected, reason)
    found = incidents.update(warehouse)
    if since:
        found = found[found["end"] >= pd.Timestamp(since)]
    out.print(incident_list(found))
    if notify:
        from finops.alerts import notify as alerts

        out.print(alerts.notify(warehouse))


@app.command()
def estimate(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="What was known at the end of YYYY-MM-DD; default: today's."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="How far off estimates were, and can be trusted.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Write it there as a page and a workbook.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Of page and workbook: en or ko.")] = "en",
    project: Project = Path(),
) -> None:
    """Estimate what the month ends at, by team and AWS service, and keep the estimate.

    Example: finops estimate --as-of 2026-10-15 --out estimate --lang ko
    """
    from finops.report.estimates import console as estimates
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    if record:
        from finops.forecast.record import kept_errors, replayed

        out.print(estimates.record_page(kept_errors(warehouse), replayed(warehouse)))
    else:
        from finops.forecast.budget_and_anomalies import beside
        from finops.forecast.estimate import estimate as estimate_of
        from finops.report.estimates.report import write_estimate

        made = estimate_of(warehouse, as_of)
        out.print(estimates.page(made, beside(warehouse, made)))
        for path in write_estimate(warehouse, made, folder, language=lang) if folder else ():
            out.print(str(path), markup=False, soft_wrap=True)


@app.command()
def statement(
    month: Annotated[str, typer.Argument(help="YYYY-MM.")],
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    lang: Annotated[str, typer.Option(help="en or ko.")] = "en",
    mode: Annotated[str, typer.Option(help="showback or chargeback.")] = "showback",
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write; default: PROJECT/statements.")
    ] = None,
    project: Project = Path(),
) -> None:
    """Write what each team pays for a month, as pages and workbooks; together they are the bill.

    Example: finops statement 2026-10 --team order --lang ko
    """
    from finops.report.statements.files import write_statements
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    folder = folder or project / "statements"
    for path in write_statements(warehouse, month, folder, team=team, language=lang, mode=mode):
        out.print(str(path), markup=False, soft_wrap=True)


@app.command()
def lab(project: Project = Path()) -> None:
    """Open the notebooks of this project in JupyterLab.

    Example: finops lab
    """
    from finops.project import open_lab
    from finops.warehouse.connect import connect

    sys.exit(open_lab(connect(project).settings))
