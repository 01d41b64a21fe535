"""The notebooks of the repository, and projects to run them in."""

from pathlib import Path

import nbformat

from finops.project import copy_notebooks

SOURCE = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in SOURCE.glob("*.ipynb"))
KOREAN = [name for name in NAMES if name.endswith(".ko.ipynb")]


def read(name):
    """Return a notebook as it lies in the repository."""
    return nbformat.read(SOURCE / name, as_version=4)


def code_cells(notebook):
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def chart_count(name):
    """Return how many cells end in a chart."""
    endings = [cell.source.splitlines()[-1] for cell in code_cells(read(name))]
    return sum(ending.startswith("charts.") for ending in endings)


def project_with_notebooks(project, target):
    """Make a project of the same settings, data and warehouse, with notebooks as in `finops lab`."""
    target.mkdir()
    for entry in project.iterdir():
        if entry.name != "notebooks":
            (target / entry.name).symlink_to(entry)
    copy_notebooks(target)
    return target
