"""Print the month on one page of a terminal."""

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from finops.incidents.course import cost_text, course_of, when_text
from finops.report.incidents.console import cause_sentences
from finops.report.kit.table import Table, Tile
from finops.report.month import sections
from finops.report.month.summary import Summary
from finops.text import kind_text, month_name, place_text, plain

__all__ = ["page"]


def page(summary: Summary) -> RenderableType:
    """Return the headline, the tiles and the tables of a month, for 100 columns.

    Names from tags and mappings are printed as they are, never read as markup.
    """
    title = Text(f"{summary.company}: AWS cost of {month_name(summary.billing_period)}", "bold")
    tables = [
        sections.movers(summary, "AWS service", summary.service_movers),
        *([sections.movers(summary, "team", summary.team_movers)] if summary.has_teams else []),
        *([] if summary.budgets.empty else [sections.budgets(summary)]),
    ]
    return Group(
        title,
        _sentences(summary.headline),
        _tiles(sections.tiles(summary)),
        *(_table(section) for section in tables),
        *([] if summary.anomalies is None else [_anomalies(summary)]),
    )


def _sentences(lines: tuple[str, ...]) -> RenderableType:
    grid = Grid.grid(padding=(0, 1))
    for line in lines:
        grid.add_row(" •", Text(line, overflow="fold"))
    return grid


def _anomalies(summary: Summary) -> RenderableType:
    """Return each anomaly of the month with its cost, and a sentence on what it comes from."""
    section = sections.anomalies(summary)
    title = Text(section.title, "bold")
    if not section.rows or summary.anomalies is None:
        return Group(title, Text(f" {section.empty}"), "")
    blocks: list[RenderableType] = [title, ""]
    for row in summary.anomalies.to_dict("records"):
        what = f"{plain(place_text(row['key']), 60)}: {kind_text(row)}"
        course = course_of(row, summary.currency)
        blocks.append(Text(f"{what} {when_text(course)}, {cost_text(course)}"))
        blocks += [Padding(Text(one), (0, 0, 0, 4)) for one in cause_sentences(row)[:1]]
    return Group(*blocks, "")


def _tiles(tiles: list[Tile]) -> RenderableType:
    table = Grid(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for tile in tiles:
        table.add_row(Text(tile.name), Text(tile.value, "bold"), Text(tile.detail))
    return table


def _table(section: Table) -> RenderableType:
    if not section.rows:
        return Group(Text(section.title, "bold"), Text(f" {section.empty}"), "")
    table = Grid(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, column in enumerate(section.columns):
        table.add_column(
            Text(column.title),
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
            ratio=place == 0 or None,
        )
    for row in section.texts():
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    return Group(Text(section.title, "bold"), table)
