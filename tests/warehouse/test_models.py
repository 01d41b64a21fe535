"""Every model says its grain and is written for more than one engine."""

import re
from pathlib import Path

import pytest

from finops.warehouse.models import checks, models_in_order
from tests.conftest import ROOT

MODELS = models_in_order()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_first_line_says_what_one_row_is(model):
    assert model.sql.startswith("-- One row per ")
    assert model.grain.endswith(".")


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_check_says_what_a_broken_row_is(check):
    assert check.sql.startswith("-- ")
    assert check.grain.endswith(".")


def test_models_come_after_what_they_read():
    built: set[str] = set()
    names = {model.name for model in MODELS}
    for model in MODELS:
        assert model.reads & names <= built, model.name
        built.add(model.name)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_facts_and_marts_avoid_what_other_engines_lack(model):
    assert not re.search(r"\b(qualify|exclude|pivot|asof|group by all|date_diff)\b", model.sql)


def test_every_model_has_a_test_that_names_it():
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    texts = "".join(path.read_text(encoding="utf-8") for path in files)
    names = {path.stem.removeprefix("test_") for path in files}
    missing = [
        model.name
        for model in MODELS
        if model.name.partition(".")[2] not in names
        and not re.search(rf"\b{re.escape(model.name)}\b", texts)
    ]
    assert missing == []
