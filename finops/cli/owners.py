"""Commands that say who owns and pays what, and why."""

from pathlib import Path
from typing import Annotated

import typer

from finops.allocation import PRECISION
from finops.allocation.question import MARTS, Question
from finops.cli.terminal import AsOf, Project, app, out, progress_bar


@app.command()
def rules(project: Project = Path()) -> None:
    """List what each owner rule decides; which rules are dead, shadowed or in conflict.

    Example: finops rules
    """
    from finops.report.kit import terminal as tables
    from finops.warehouse.connect import connect

    out.print(tables.rule_hits(connect(project).table("marts.rule_hits")))


@app.command()
def untagged(
    project: Project = Path(),
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Propose rules, and name rules that look wrong.")
    ] = False,
    precision: Annotated[
        float,
        typer.Option(
            min=0.5, max=1.0, help="Suggest what is right for this share of known money or more."
        ),
    ] = PRECISION,
    accept: Annotated[
        str | None,
        typer.Option(
            metavar="IDS", help="Append these suggestions to mappings/rules.csv: S01,S03 or all."
        ),
    ] = None,
) -> None:
    """List what nobody owns, the costliest first, and who probably owns it.

    Example: finops untagged --suggest
    """
    from finops.allocation import worklist
    from finops.report.owners import worklist as pages
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    if accept:
        from finops.allocation.accept import accept as accepted

        ids = [one.strip() for one in accept.split(",")]
        out.print(pages.accepted(accepted(warehouse, ids, precision=precision)))
    elif suggest:
        out.print(
            pages.advice(worklist.advise(warehouse, precision=precision), precision=precision)
        )
    else:
        out.print(pages.worklist(worklist.worklist(warehouse)))


@app.command()
def explain(
    month: Annotated[str | None, typer.Option(help="YYYY-MM.")] = None,
    team: Annotated[str | None, typer.Option(help="Who pays.")] = None,
    service: Annotated[str | None, typer.Option(help="A service of yours, before sharing.")] = None,
    day: Annotated[str | None, typer.Option(help="YYYY-MM-DD.")] = None,
    aws_service: Annotated[str | None, typer.Option(help="As AWS names it.")] = None,
    resource: Annotated[str | None, typer.Option(help="Its id, as in the bill.")] = None,
    mart: Annotated[str, typer.Option(help=f"Whose number: {', '.join(MARTS)}.")] = "",
    rows: Annotated[int, typer.Option(min=0, help="Show so many charges, the largest.")] = 0,
    project: Project = Path(),
    as_of: AsOf = None,
) -> None:
    """Say why a number is what it is: who decided each part, by which line, from which charges.

    Example: finops explain --team order --month 2026-10 --rows 5
    """
    from finops.allocation.explain import explain as parts_of
    from finops.allocation.explain import explained_charges
    from finops.report.owners import explained
    from finops.warehouse.connect import connect

    warehouse = connect(project, as_of=as_of)
    asked = Question(month, team, service, day, aws_service, resource, mart)
    out.print(explained.tree(parts_of(warehouse, asked), asked.title).console())
    if rows:
        out.print(explained.charges(explained_charges(warehouse, asked, rows=rows)))


@app.command(name="what-if")
def what_if(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Changed copies of mapping files.")
    ],
    project: Project = Path(),
) -> None:
    """Say who would pay more or less under changed mapping files; publish nothing.

    Example: finops what-if new/rules.csv new/shared_costs.csv
    """
    from finops.allocation.what_if import what_if as outcome_of
    from finops.report.owners import what_if as pages
    from finops.warehouse.connect import connect

    with progress_bar() as progress:
        outcome = outcome_of(connect(project), files, progress=progress)
    out.print(pages.outcome(outcome))
