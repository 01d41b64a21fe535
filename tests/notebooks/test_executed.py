"""Every notebook runs from top to bottom on the sample company, and JupyterLab shows what it made."""

import contextlib
import re
import time

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.notebooks.lab_page import (
    assert_charts,
    chromium,
    close_notebook,
    keep_inside,
    open_lab,
    open_notebook,
    run_all_cells,
)
from tests.notebooks.lab_server import jupyterlab, trust
from tests.notebooks.notebook_files import (
    KOREAN,
    NAMES,
    SECONDS,
    chart_count,
    code_cells,
    figures,
    kernel_of,
    project_with_notebooks,
    read,
    run,
)

HEADINGS = re.compile("<(?:th|h2)[^>]*>([^<]+)</(?:th|h2)>")
FIRST_HOUR = "00_start_here.ipynb"


@pytest.fixture(scope="module")
def home(sample_project, tmp_path_factory):
    """A folder with a project of the sample company, and what JupyterLab keeps for itself."""
    folder = tmp_path_factory.mktemp("lab")
    (project_with_notebooks(sample_project, folder / "project") / "executed").mkdir()
    return folder


@pytest.fixture(scope="module")
def kernel(home):
    with kernel_of(home / "project") as found:
        yield found


@pytest.fixture(scope="module", params=NAMES)
def executed(request, home, kernel):
    """A notebook after it ran on the sample company, for JupyterLab to open: its name, cells and seconds."""
    project, name = home / "project", request.param
    started = time.monotonic()
    notebook = run(project, name, kernel)
    seconds = time.monotonic() - started
    nbformat.write(notebook, project / "executed" / name)
    trust(notebook, home)
    return name, notebook, seconds


@pytest.fixture(scope="module")
def lab(home):
    """Yield the address and token of a JupyterLab on the project; stop it in the end."""
    pytest.importorskip("jupyterlab", reason="no JupyterLab: pip install jupyterlab")
    with jupyterlab(home / "project", home) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@contextlib.contextmanager
def lab_in(browser, lab):
    """Yield a page with JupyterLab, and the list of what it asked of anybody else."""
    opened = browser.new_page()
    outside = keep_inside(opened, lab[0])
    open_lab(opened, lab)
    yield opened, outside
    opened.close()


@pytest.fixture(scope="module")
def lab_page(browser, lab):
    with lab_in(browser, lab) as found:
        yield found


@pytest.fixture
def page(lab_page, tmp_path):
    """Yield JupyterLab without a notebook; its last look is kept in tmp_path."""
    opened, outside = lab_page
    yield opened
    opened.screenshot(path=tmp_path / "page.png")
    close_notebook(opened)
    assert outside == []


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


@pytest.mark.browser
def test_jupyterlab_draws_every_chart(executed, page):
    name = executed[0]
    open_notebook(page, f"executed/{name}")
    assert_charts(page, chart_count(name))


@pytest.mark.browser
def test_run_all_cells_draws_every_chart(browser, lab, tmp_path):
    with lab_in(browser, lab) as (page, outside):
        open_notebook(page, f"notebooks/{FIRST_HOUR}")
        run_all_cells(page, len(code_cells(read(FIRST_HOUR))))
        assert_charts(page, chart_count(FIRST_HOUR))
        page.screenshot(path=tmp_path / "page.png")
    assert outside == []
