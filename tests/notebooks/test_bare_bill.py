"""Every notebook runs on a bill alone, and says what the company has not told."""

import pytest

import finops
from finops.project import copy_notebooks
from tests.notebooks.notebook_files import chart_count, every_notebook, figures, kernel_of, run


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


@pytest.fixture(scope="module")
def kernel(bare_project):
    with kernel_of(bare_project) as found:
        yield found


@every_notebook
def test_a_bill_without_teams_orders_or_budgets_says_what_is_missing(bare_project, kernel, name):
    shown = figures(run(bare_project, name, kernel))
    assert len(shown) == chart_count(name)
    for figure in shown:
        assert figure["data"] or figure["layout"]["annotations"]
