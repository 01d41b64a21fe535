"""The command line: each command parses, calls one public function and prints."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from finops import anomalies as anomaly
from finops import connect
from finops.allocation import worklist as work
from finops.allocation.accept import accept as accept_suggestions
from finops.allocation.suggest import PRECISION
from finops.demo import run_demo
from finops.errors import CheckFailed, FinopsError
from finops.months import Progress
from finops.project import create_project, open_lab
from finops.report import console as page
from finops.report import tables, trust
from finops.report import worklist as work_pages

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
# Without emoji, as `:x:` in a path or tag is text.
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)

Project = Annotated[Path, typer.Option("--project", help="The folder that holds finops.toml.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="As it was reported at the end of YYYY-MM-DD (UTC), or at a time."
    ),
]


class Format(StrEnum):
    """How `finops sql` prints rows."""

    table = "table"
    csv = "csv"
    json = "json"


class BillFormat(StrEnum):
    """What `finops load` takes a bill for."""

    legacy = "legacy"
    cur2 = "cur2"
    focus = "focus"


def main() -> None:
    """Run the command line; an error is one clear line on stderr and exit code 1."""
    try:
        app()
    except (FinopsError, OSError, duckdb.Error) as error:
        err.print(f"[bold red]error:[/] {escape(' '.join(str(error).split()))}", soft_wrap=True)
        sys.exit(1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo project goes.")] = Path("demo"),
) -> None:
    """Run the whole chain on the sample company and print what it found.

    Example: finops demo
    """
    with _progress() as progress:
        result = run_demo(folder, progress)
    out.print(page.page(result.summary))
    out.print(f"Report:  {escape(str(result.report))}", soft_wrap=True)
    out.print(f"Explore: finops lab --project {escape(str(folder))}", soft_wrap=True)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The new project folder.")]) -> None:
    """Make a project folder with a commented finops.toml and mapping templates.

    Example: finops init costs
    """
    project = create_project(folder)
    out.print(
        f"Made {escape(str(project))}. Next: finops load SOURCE --project {escape(str(project))}"
    )


@app.command()
def load(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help="Folders, files or s3://bucket/prefix.")
    ],
    project: Project = Path(),
    billing_period: Annotated[str | None, typer.Option(help="Take one month: YYYY-MM.")] = None,
    kind: Annotated[
        BillFormat | None, typer.Option("--format", help="Overrule what manifest and header say.")
    ] = None,
    allow_bad_values: Annotated[
        bool,
        typer.Option("--allow-bad-values", help="Count values that don't parse; load the rest."),
    ] = False,
) -> None:
    """Load bills from folders, files or S3; fetch only what is new. Safe to repeat.

    Example: finops load ~/bill --billing-period 2026-10
    """
    warehouse = connect(project)
    for source in sources:
        with _progress() as progress:
            found = warehouse.load(
                source,
                billing_period=billing_period,
                format=kind,
                allow_bad_values=allow_bad_values,
                progress=progress,
            )
        out.print(tables.deliveries(found))
    out.print("Next: finops build")


@app.command()
def build(project: Project = Path()) -> None:
    """Build every table from charges, mappings and business data, and check every promise.

    Example: finops build
    """
    with _progress() as progress:
        connect(project).build(progress=progress)
    out.print("Built; every promise holds. Next: finops status")


@app.command()
def check(project: Project = Path()) -> None:
    """Check every promise; exit 1 if one is broken.

    Example: finops check
    """
    results = connect(project).check()
    out.print(tables.promises(results))
    broken = results[results["rows"] > 0]
    if len(broken):
        raise CheckFailed(f"{len(broken)} promise(s) broken: {', '.join(broken['check'])}.")


@app.command()
def status(
    project: Project = Path(),
    diff: Annotated[
        str | None,
        typer.Option(metavar="A [B]", help="Explain a month's move: YYYY-MM, or two delivery ids."),
    ] = None,
    other: Annotated[str | None, typer.Argument(metavar="B", hidden=True)] = None,
    as_of: AsOf = None,
) -> None:
    """Show how far each month can be trusted: freshness, finality, coverage, residual.

    Example: finops status --diff 2026-08
    """
    if other and not diff:
        raise typer.BadParameter(f"{other!r} goes with --diff.")
    warehouse = connect(project, as_of=as_of)
    if diff:
        out.print(tables.delivery_change(warehouse.diff(diff, other)))
        return
    out.print(tables.trust_header(warehouse.status()), tables.notes(trust.notes(warehouse)))
    if pending := warehouse.pending():
        out.print(f"{len(pending)} loaded deliveries are not built yet. Next: finops build")


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One select.")],
    project: Project = Path(),
    output: Annotated[Format, typer.Option("--format")] = Format.table,
    as_of: AsOf = None,
) -> None:
    """Run one read-only query.

    Example: finops sql "select * from marts.team_month" --format csv
    """
    rows = connect(project, as_of=as_of).sql(query)
    if output is Format.table:
        out.print(tables.rows(rows))
    elif output is Format.csv:
        sys.stdout.write(tables.defused(rows).to_csv(index=False))
    else:
        sys.stdout.write(
            json.dumps(rows.to_dict("records"), default=str, ensure_ascii=False) + "\n"
        )


@app.command()
def rules(project: Project = Path()) -> None:
    """List what each owner rule decides; which rules are dead, shadowed or in conflict.

    Example: finops rules
    """
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
    warehouse = connect(project)
    if accept:
        ids = [one.strip() for one in accept.split(",")]
        out.print(work_pages.accepted(accept_suggestions(warehouse, ids, precision=precision)))
    elif suggest:
        out.print(
            work_pages.advice(work.advise(warehouse, precision=precision), precision=precision)
        )
    else:
        out.print(work_pages.worklist(work.worklist(warehouse)))


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


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    # In a log, an error stays one line.
    hidden = not err.is_terminal
    with Bar(*columns, TimeElapsedColumn(), console=err, transient=True, disable=hidden) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda name, number, total: bar.update(
            task, description=name, completed=number, total=total
        )
