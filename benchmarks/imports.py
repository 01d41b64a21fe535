"""Print the floors of `finops`: which folders import which, and what imports up or in a circle.

`python -m benchmarks.imports`. A folder is a room, and so is a module beside the folders.
"""

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from rich.console import Console
from rich.table import Table

PACKAGE = Path(__file__).parents[1] / "finops"
# From the top: a room imports from lower lines only, and none of its own line.
FLOORS = (
    "cli",
    "demo",
    "report",
    "report.pack",
    "report.statements",
    "report.close report.estimates report.invoice report.month",
    "report.bill report.incidents report.owners",
    "report.kit",
    "alerts statements",
    "close invoice",
    "forecast",
    "incidents",
    "allocation anomalies business",
    "daily project warehouse",
    "ingest",
    "settings",
    "inputs",
    "findings models.marts models.owners models.pools",
    "chain checks invoice.rules memory models models.bill",
    "definitions frames",
    "coins text",
    "csv_input",
    "csv_text json_text languages leftovers lock names sql whole_files",
    "errors version",
)

# What imports what: pairs of modules by pair of rooms.
Arrows = dict[tuple[str, str], set[tuple[str, str]]]


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """Return the file of each module by its name below the package."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file
    return found


def room(name: str, file: Path) -> str:
    """Return the room of a module: its folder, else itself."""
    if file.name == "__init__.py" or name in _lines():
        return name
    return name.rpartition(".")[0] or name


def arrows(package: Path = PACKAGE) -> Arrows:
    """Return what modules import of other rooms. Those of the package's face are left out."""
    files = modules(package)
    found: Arrows = defaultdict(set)
    for name, file in files.items():
        for other in _imports(file, files) if name else ():
            rooms = room(name, file), room(other, files[other])
            if rooms[0] != rooms[1]:
                found[rooms].add((name, other))
    return found


def upward(found: Arrows) -> list[str]:
    """Return a sentence for each import that does not go down."""
    line = _lines()
    return [
        f"{importer} imports {imported}: {above} is not below {below}"
        for (below, above), pairs in sorted(found.items())
        if line.get(above, -1) <= line.get(below, len(FLOORS))
        for importer, imported in sorted(pairs)
    ]


def circles(found: Arrows) -> list[list[str]]:
    """Return a circle of rooms, if there is one."""
    reads: dict[str, set[str]] = defaultdict(set)
    for importer, imported in found:
        reads[importer].add(imported)
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as error:
        return [error.args[1]]
    return []


def _lines() -> dict[str, int]:
    return {name: place for place, names in enumerate(FLOORS) for name in names.split()}


def _imports(file: Path, files: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "finops":
            module = str(node.module).removeprefix("finops").removeprefix(".")
            for alias in node.names:
                full = f"{module}.{alias.name}".removeprefix(".")
                found.add(full if full in files else module)
    return found & files.keys() - {""}


def main() -> None:
    """Print a line a room, from the top, then what is wrong."""
    found = arrows()
    table = Table("floor", "room", "modules", "lines", "imports", box=None)
    files = modules()
    for place, names in enumerate(FLOORS):
        for name in names.split():
            own = [file for one, file in files.items() if one and room(one, file) == name]
            lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in own)
            reads = sorted(imported for importer, imported in found if importer == name)
            floor = str(len(FLOORS) - place)
            table.add_row(floor, name, str(len(own)), f"{lines:,}", " ".join(reads))
    console = Console()
    console.print(table)
    up, rounds = upward(found), circles(found)
    console.print(f"arrows: {len(found)}, arrows up: {len(up)}, circles: {len(rounds)}")
    console.print(*up, *map(str, rounds), sep="\n")


if __name__ == "__main__":
    main()
