"""The examples of the pages beyond the arithmetic, and of the modules that they are about, are true."""

import doctest
import importlib
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "least"), [("forecast.md", 25), ("openslo.md", 10)])
def test_every_example_of_the_page_is_true(page, least):
    failed, tried = doctest.testfile(str(DOCS / page), module_relative=False)
    assert tried >= least
    assert failed == 0


@pytest.mark.parametrize("name", ["openslo.words"])
def test_every_example_in_the_module_is_true(name):
    failed, tried = doctest.testmod(importlib.import_module(f"slmo.core.{name}"))
    assert tried > 0
    assert failed == 0
