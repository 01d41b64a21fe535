"""Every notebook is short, stores no output and runs from top to bottom on any project."""

import ast
import re
import time
from itertools import pairwise

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

import finops
from finops.project import copy_notebooks
from tests.notebooks.notebook_files import (
    KOREAN,
    NAMES,
    SOURCE,
    chart_count,
    code_cells,
    project_with_notebooks,
    read,
)

PLOTLY = "application/vnd.plotly.v1+json"
SECONDS = 180
HEADINGS = re.compile("<(?:th|h2)[^>]*>([^<]+)</(?:th|h2)>")
every_notebook = pytest.mark.parametrize("name", NAMES)


def run(project, name):
    """Return the notebook after Run All Cells in the project; raises on the first error."""
    notebook = nbformat.read(project / "notebooks" / name, as_version=4)
    folder = {"metadata": {"path": str(project / "notebooks")}}
    return NotebookClient(notebook, timeout=SECONDS, resources=folder).execute()


def figures(notebook):
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return [output.data[PLOTLY] for output in outputs if PLOTLY in output.get("data", {})]


@pytest.fixture(scope="module", params=NAMES)
def executed(request, sample_project, tmp_path_factory):
    """Return a notebook's name, the notebook after it ran on the sample company, and seconds."""
    folder = tmp_path_factory.mktemp("sample") / "project"
    project = project_with_notebooks(sample_project, folder)
    started = time.monotonic()
    notebook = run(project, request.param)
    return request.param, notebook, time.monotonic() - started


@pytest.fixture(scope="module")
def bare_project(sample_project, tmp_path_factory):
    """Return a project that has one month's bill and nothing else: no teams, orders or budgets."""
    bare = tmp_path_factory.mktemp("bare")
    charges = bare / "warehouse" / "charges"
    charges.mkdir(parents=True)
    (bare / "finops.toml").write_text("")
    month = min((sample_project / "warehouse" / "charges").iterdir())
    (charges / month.name).symlink_to(month.resolve())
    finops.connect(bare).build()
    copy_notebooks(bare)
    return bare


def test_notebooks_are_numbered_from_the_common_start():
    english = [name for name in NAMES if name not in KOREAN]
    assert [name[:2] for name in english] == [f"{number:02}" for number in range(len(english))]


@every_notebook
def test_no_output_is_stored(name):
    for cell in code_cells(read(name)):
        assert (cell.outputs, cell.execution_count, cell.metadata) == ([], None, {})


@every_notebook
def test_notebook_is_valid_and_its_cells_have_readable_names(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(cell.id.replace("-", "").isalpha() for cell in notebook.cells)


@every_notebook
def test_title_is_a_question(name):
    title = read(name).cells[0].source.splitlines()[0]
    assert title == "# Start here" or (title.startswith("# ") and title.endswith("?"))


@every_notebook
def test_cells_are_few_and_short(name):
    notebook = read(name)
    assert len(notebook.cells) <= 40
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= 9, cell.id


@every_notebook
def test_prose_stands_before_each_code_cell_and_at_the_end(name):
    kinds = [cell.cell_type for cell in read(name).cells]
    assert ("code", "code") not in pairwise(kinds)
    assert (kinds[0], kinds[-1]) == ("markdown", "markdown")


@every_notebook
def test_code_defines_nothing_and_ends_in_a_table_or_figure(name):
    defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
    for cell in code_cells(read(name)):
        tree = ast.parse(cell.source)
        assert not any(isinstance(node, defined) for node in ast.walk(tree)), cell.id
        assert isinstance(tree.body[-1], ast.Expr), cell.id


@every_notebook
def test_links_to_other_notebooks_lead_somewhere(name):
    text = "\n".join(cell.source for cell in read(name).cells)
    links = [part.partition(")")[0] for part in text.split("](")[1:]]
    assert [link for link in links if not (SOURCE / link).exists()] == []


def test_every_cell_shows_a_result_within_seconds(executed):
    _, notebook, seconds = executed
    for cell in code_cells(notebook):
        kinds = {output.output_type for output in cell.outputs}
        assert kinds and kinds <= {"execute_result", "display_data"}, cell.id
    assert seconds < SECONDS


def test_every_chart_of_the_sample_company_has_data(executed):
    name, notebook, _ = executed
    drawn = [figure for figure in figures(notebook) if figure["data"]]
    assert len(drawn) == chart_count(name) > 0


def test_headings_of_tables_and_charts_are_in_the_language_of_the_notebook(executed):
    name, notebook, _ = executed
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    tables = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    titles = [figure["layout"]["title"]["text"] for figure in figures(notebook)]
    for heading in [*titles, *HEADINGS.findall(tables)]:
        assert bool(re.search("[가-힣]", heading)) == (name in KOREAN), heading


def test_charts_survive_the_export_to_html_without_a_network(executed):
    name, notebook, _ = executed
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert html.count("Plotly.newPlot(") == chart_count(name)
    # The library itself, once, before the first chart that it draws.
    assert 0 < html.find("plotly.js v") < html.find("Plotly.newPlot(")


@every_notebook
def test_a_bill_without_teams_orders_or_budgets_says_what_is_missing(bare_project, name):
    shown = figures(run(bare_project, name))
    assert len(shown) == chart_count(name)
    for figure in shown:
        assert figure["data"] or figure["layout"]["annotations"]
