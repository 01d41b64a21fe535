"""What all commands share: the options, the screen, the progress bar and how an error reads."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from finops.errors import CheckFailed, FinopsError
from finops.months import Progress

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


def main() -> None:
    """Run the command line; an error is one clear line on stderr and exit code 1."""
    try:
        app()
    except CheckFailed as error:
        # One line per promise that is broken, and per month that is held back.
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except (FinopsError, OSError, duckdb.Error) as error:
        err.print(f"[bold red]error:[/] {escape(' '.join(str(error).split()))}", soft_wrap=True)
        sys.exit(1)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show on a terminal how far a long run is."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    # In a log, an error stays one line.
    hidden = not err.is_terminal
    with Bar(*columns, TimeElapsedColumn(), console=err, transient=True, disable=hidden) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda name, number, total: bar.update(
            task, description=name, completed=number, total=total
        )
