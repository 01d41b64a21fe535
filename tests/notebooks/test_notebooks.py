"""Every notebook is short, stores no output and asks a question."""

import ast
from itertools import pairwise

import nbformat

from tests.notebooks.notebook_files import KOREAN, NAMES, SOURCE, code_cells, every_notebook, read


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
