"""What all commands share: the options, the screen, the progress bar and how an error reads."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

from finops.errors import CheckFailed
from finops.text import harmless

if TYPE_CHECKING:
    from finops.warehouse.months import Progress


class Screen(Console):
    """A terminal that text of a bill can't give orders to, wherever a command prints it."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Render with every control character as a sign of its own."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(harmless(segment.text), segment.style)


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
# Without emoji, as `:x:` in a path or tag is text.
out = Screen(emoji=False)
err = Screen(stderr=True, emoji=False)

Project = Annotated[Path, typer.Option("--project", help="The folder that holds finops.toml.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="As it was reported at the end of YYYY-MM-DD (UTC), or at a time."
    ),
]


def main() -> None:
    """Run the command line; whatever goes wrong is one clear line on stderr and exit code 1."""
    # A program may be started without any output to write to.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or sys.stdout
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding shows what it has no sign for as a number.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
        sys.stdout.flush()
    except SystemExit as end:
        _flush()
        raise end from None
    except KeyboardInterrupt:
        sys.exit(130)
    except CheckFailed as error:
        # One line per promise that is broken, and per month that is held back.
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        _close_pipe()
        sys.exit(1)
    except Exception as error:
        _say(error)
        sys.exit(1)


def _say(error: Exception) -> None:
    # Here, because most commands succeed.
    from finops.cli.failure import FORESEEN, said, write_report

    more = ""
    if not isinstance(error, FORESEEN):
        path = write_report(error, typer.main.get_group(app).commands)
        where = f"A report without data of yours is in {path}" if path else "No report was written"
        more = f" That should not happen. {where}."
    with suppress(OSError):
        err.print(f"[bold red]error:[/] {escape(said(error) + more)}", soft_wrap=True)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _close_pipe()


def _close_pipe() -> None:
    """Let Python end without a word where nobody reads on, as in `finops sql … | head`."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress_bar() -> Iterator["Progress"]:
    """Show on a terminal how far a long run is."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    # In a log, an error stays one line.
    hidden = not err.is_terminal
    with Bar(*columns, TimeElapsedColumn(), console=err, transient=True, disable=hidden) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda name, number, total: bar.update(
            task, description=name, completed=number, total=total
        )
