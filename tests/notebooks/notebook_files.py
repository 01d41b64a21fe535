"""The notebooks of the repository, projects to run them in, and what they show."""

import contextlib
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from finops.project import copy_notebooks

SOURCE = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in SOURCE.glob("*.ipynb"))
KOREAN = [name for name in NAMES if name.endswith(".ko.ipynb")]
SECONDS = 180
# What a new kernel has not: names, and modules of finops that nobody imported.
AS_NEW = """import sys
for name in [one for one in sys.modules if one.partition(".")[0] == "finops"]:
    del sys.modules[name]
%reset -f"""
PLOTLY = "application/vnd.plotly.v1+json"
every_notebook = pytest.mark.parametrize("name", NAMES)


def read(name):
    """Return a notebook as it lies in the repository."""
    return nbformat.read(SOURCE / name, as_version=4)


@contextlib.contextmanager
def kernel_of(project):
    """Yield a kernel for one notebook after another; to start one takes longer than to run most."""
    manager = KernelManager()
    manager.start_kernel(cwd=str(project / "notebooks"))
    yield manager
    manager.shutdown_kernel(now=True)


def run(project, name, kernel):
    """Return the notebook after Run All Cells in a kernel as new; raises on the first error."""
    NotebookClient(new_notebook(cells=[new_code_cell(AS_NEW)]), km=kernel).execute()
    notebook = nbformat.read(project / "notebooks" / name, as_version=4)
    folder = {"metadata": {"path": str(project / "notebooks")}}
    return NotebookClient(notebook, timeout=SECONDS, resources=folder, km=kernel).execute()


def code_cells(notebook):
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def figures(notebook):
    """Return the charts that the cells show."""
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return [output.data[PLOTLY] for output in outputs if PLOTLY in output.get("data", {})]


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
