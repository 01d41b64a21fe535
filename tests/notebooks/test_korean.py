"""A notebook in Korean is the English one, cell by cell, with Korean text around the same code."""

import re

import pytest

from tests.notebooks.notebook_files import KOREAN, code_cells, read

HANGUL = re.compile("[가-힣]")
LANGUAGE = 'language, warehouse = "{}", finops.connect("..")'
every_pair = pytest.mark.parametrize("name", KOREAN)


def english(name):
    return name.replace(".ko.ipynb", ".ipynb")


def test_notebooks_for_finance_are_there_in_korean():
    assert KOREAN == [
        "09_what_will_the_month_end_at.ko.ipynb",
        "10_month_end_close.ko.ipynb",
        "11_does_the_invoice_agree.ko.ipynb",
    ]


@every_pair
def test_cells_are_those_of_the_english_notebook(name):
    pairs = [
        [(cell.id, cell.cell_type) for cell in read(one).cells] for one in (name, english(name))
    ]
    assert pairs[0] == pairs[1]


@every_pair
def test_code_differs_in_the_language_alone(name):
    korean, original = (
        [cell.source for cell in code_cells(read(one))] for one in (name, english(name))
    )
    assert sum(LANGUAGE.format("ko") in source for source in korean) == 1
    assert [one.replace(LANGUAGE.format("ko"), LANGUAGE.format("en")) for one in korean] == original


@every_pair
def test_every_heading_and_paragraph_is_korean(name):
    for cell in read(name).cells:
        parts = cell.source.split("\n\n") if cell.cell_type == "markdown" else []
        assert all(HANGUL.search(part) for part in parts), cell.id


@every_pair
def test_both_languages_link_each_other(name):
    assert f"[English]({english(name)}) · 한국어" in read(name).cells[0].source
    assert f"English · [한국어]({name})" in read(english(name)).cells[0].source
