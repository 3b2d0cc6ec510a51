"""The examples of docs/forecast.md are true."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "forecast.md"


def test_every_example_of_forecasts_composition_and_histograms_is_true():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried > 25
    assert failed == 0
