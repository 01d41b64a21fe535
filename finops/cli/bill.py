"""Commands from a bill to tables: load, build, check, ask."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from finops.cli.terminal import AsOf, Project, app, out, progress_bar
from finops.errors import CheckFailed, FinopsError

if TYPE_CHECKING:
    from finops.warehouse.connect import Warehouse


class Format(StrEnum):
    """How `finops sql` prints rows."""

    table = "table"
    csv = "csv"
    json = "json"


class Choice(StrEnum):
    """What `finops decide` says of a file or delivery."""

    leave = "leave"
    take = "take"
    undo = "undo"


class BillFormat(StrEnum):
    """What `finops load` takes a bill for."""

    legacy = "legacy"
    cur2 = "cur2"
    focus = "focus"


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo project goes.")] = Path("demo"),
) -> None:
    """Run the whole chain on the sample company and print what it found.

    Example: finops demo
    """
    from finops.demo import run_demo
    from finops.report.month import console as page

    with progress_bar() as progress:
        result = run_demo(folder, progress)
    out.print(page.page(result.summary))
    out.print(f"Report:  {escape(str(result.report))}", soft_wrap=True)
    out.print(f"Explore: finops lab --project {escape(str(folder))}", soft_wrap=True)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The new project folder.")]) -> None:
    """Make a project folder with a commented finops.toml and mapping templates.

    Example: finops init costs
    """
    from finops.project import create_project

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
    all_versions: Annotated[
        bool, typer.Option("--all-versions", help="Load the older versions of each month too.")
    ] = False,
) -> None:
    """Load bills from folders, files or S3; fetch only what is new. Safe to repeat.

    Example: finops load ~/bill --billing-period 2026-10
    """
    from finops.report.bill import deliveries, files
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    for source in sources:
        with progress_bar() as progress:
            found = warehouse.load(
                source,
                billing_period=billing_period,
                format=kind,
                allow_bad_values=allow_bad_values,
                all_versions=all_versions,
                progress=progress,
            )
        out.print(deliveries.deliveries(found))
        became = warehouse.files()
        out.print(files.summary(became[became["source"] == source]))
    out.print("Next: finops build")


@app.command()
def files(project: Project = Path()) -> None:
    """List what became of every file found below a source.

    Example: finops files
    """
    from finops.report.bill import files as tables
    from finops.warehouse.connect import connect

    out.print(tables.files(connect(project).files()))


@app.command()
def decide(
    what: Annotated[
        str,
        typer.Argument(
            help="A file, folder or manifest as `finops files` names it, or the id of a delivery."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    choice: Annotated[Choice, typer.Option("--as", help="What to do with it.")],
    project: Project = Path(),
) -> None:
    """Leave a file or delivery out of the bill, take it in, or undo what was decided.

    Example: finops decide bill/old.csv --as leave --reason "a copy of September"
    """
    from finops.warehouse.connect import connect

    made = connect(project).decide(what, choice.value, reason)
    out.print(
        f"{escape(made.what)}: {made.decision}. Next: finops load, then finops build",
        soft_wrap=True,
    )


@app.command()
def build(project: Project = Path()) -> None:
    """Build every table from charges, mappings and business data, and check every promise.

    Example: finops build
    """
    from finops.inputs.unread import unread
    from finops.report.bill import files, findings
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    with progress_bar() as progress:
        warehouse.build(progress=progress)
    for note in unread(warehouse.settings.project):
        out.print(escape(note), soft_wrap=True)
    found = warehouse.findings()
    odd = f", {findings.counted(found)} about the bill itself" if len(found) else ""
    out.print(files.built(warehouse.files(), odd), soft_wrap=True)


@app.command()
def check(project: Project = Path()) -> None:
    """Check every promise, exit 1 if one is broken; list what is odd in the bill itself.

    Example: finops check
    """
    from finops.report.bill import deliveries, findings
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    if not warehouse.is_built:
        out.print(deliveries.not_built(warehouse.records()))
        return
    try:
        results = warehouse.check()
    except FinopsError:
        # What is damaged breaks the promises' queries too.
        _say_damage(warehouse, whole=True)
        raise
    out.print(deliveries.promises(results))
    out.print(findings.listing(warehouse.findings()))
    _say_pending(warehouse)
    _say_damage(warehouse, whole=True)
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
    from finops.report.bill import deliveries, findings, trust
    from finops.report.kit import terminal as tables
    from finops.warehouse.connect import connect

    warehouse = connect(project, as_of=as_of)
    if diff:
        out.print(deliveries.delivery_change(warehouse.diff(diff, other)))
        return
    if not warehouse.is_built:
        out.print(deliveries.not_built(warehouse.records()))
        return
    out.print(deliveries.trust_header(warehouse.status()), tables.notes(trust.notes(warehouse)))
    out.print()
    out.print(findings.listing(warehouse.findings()))
    _say_pending(warehouse)
    _say_damage(warehouse)


def _say_damage(warehouse: "Warehouse", *, whole: bool = False) -> None:
    """Name what is damaged. Raises CheckFailed if something is."""
    if found := warehouse.damage(whole=whole):
        raise CheckFailed("\n".join(found))


def _say_pending(warehouse: "Warehouse") -> None:
    """Name the months that have deliveries which no build has read, and why, if that is known."""
    if pending := set(warehouse.pending()):
        from finops.warehouse.held import uncombined_months

        records = warehouse.records()
        months = {one["billing_period"] for one in records if one["delivery_id"] in pending}
        out.print(
            f"{len(pending)} loaded deliveries are not built yet: {', '.join(sorted(months))}. "
            "Next: finops build"
        )
        for period, why in uncombined_months(records).items():
            out.print(f"{period} can't be built: {escape(why)}")


# The text of a .sql file starts with a comment, which looks like an option.
@app.command(context_settings={"ignore_unknown_options": True})
def sql(
    query: Annotated[str, typer.Argument(help="One select.")],
    project: Project = Path(),
    output: Annotated[Format, typer.Option("--format")] = Format.table,
    as_of: AsOf = None,
) -> None:
    """Run one read-only query.

    Example: finops sql "select * from marts.team_month" --format csv
    """
    from finops.report.kit import answers
    from finops.warehouse.connect import connect

    rows = connect(project, as_of=as_of).rows(query)
    if output is Format.table:
        out.print(answers.table(rows))
    else:
        text = answers.csv_text(rows) if output is Format.csv else answers.json_text(rows)
        from finops.text import harmless

        # A file gets the text as it is; a terminal no sign that gives it orders.
        sys.stdout.write(harmless(text) if sys.stdout.isatty() else text)


@app.command()
def describe(
    table: Annotated[
        str | None, typer.Argument(help="Its name, such as marts.team_month.", show_default=False)
    ] = None,
    project: Project = Path(),
) -> None:
    """List the tables and what one row of each is, or say of one what its columns mean.

    Example: finops describe marts.team_month
    """
    from finops.report.bill import dictionary
    from finops.warehouse.connect import connect

    warehouse = connect(project)
    if table is None:
        out.print(dictionary.tables(warehouse.describe()))
    else:
        out.print(dictionary.columns(table, warehouse.describe(table)))
