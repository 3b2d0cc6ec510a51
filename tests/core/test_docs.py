"""The pages that users read are true: examples run, and that of docs/formats.md comes out byte for byte."""

import doctest
import importlib
import itertools
import json
import re
from pathlib import Path

import pytest

from slmo import assess

DOCS = Path(__file__).parents[2] / "docs"
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")
DOWN_618_SECONDS = """at,state
2026-01-01T00:00:00+01:00,up
2026-03-03T10:00:00+01:00,down
2026-03-03T10:10:18+01:00,up
"""


def block(language):
    """The first fenced block of a language in docs/formats.md."""
    return re.search(rf"```{language}\n(.*?)```", FORMATS, re.DOTALL)[1]


def test_every_example_of_the_arithmetic_is_true():
    failed, tried = doctest.testfile(str(DOCS / "arithmetic.md"), module_relative=False)
    assert tried > 40
    assert failed == 0


@pytest.mark.parametrize("name", ["units", "budget", "terms.targets", "facts.numbers", "facts_csv.tasks"])
def test_every_example_in_the_engine_is_true(name):
    failed, tried = doctest.testmod(importlib.import_module(f"slmo.core.{name}"))
    assert tried > 0
    assert failed == 0


@pytest.fixture
def report(tmp_path, capsys):
    """Run the command on the agreement of docs/formats.md and return what it prints."""
    (tmp_path / "agreement.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "facts.csv").write_text(DOWN_618_SECONDS, encoding="utf-8")

    def run(*options):
        arguments = [str(tmp_path / "agreement.yaml"), "--facts", str(tmp_path / "facts.csv"), *options]
        assert assess.main([*arguments, "--from", "2026-03-01", "--to", "2026-04-01"]) == 0
        return capsys.readouterr()

    return run


def test_the_example_of_the_formats_comes_out_byte_for_byte(report):
    printed = report("--json", "--partition", "--objective", "availability").out
    shortened = re.sub(r'"(engine|agreement_sha256|facts_sha256)": "[^"]+"', r'"\1": "…"', printed)
    shortened = re.sub(r'("partition": \[\[[^\]]*\]).*', r"\1]}]}", shortened)
    assert shortened == block("json")


def test_the_example_without_its_partition_is_the_same_but_for_that_line(report):
    short, long = report("--json").out, report("--json", "--partition").out
    assert json.loads(short)["periods"][0] == {
        key: value for key, value in json.loads(long)["periods"][0].items() if key != "partition"
    }


def test_the_partition_of_the_example_covers_the_month_without_a_gap(report):
    spans = json.loads(report("--json", "--partition").out)["periods"][0]["partition"]
    assert spans[0][0] == "2026-03-01T00:00:00+01:00"
    assert spans[-1][1] == "2026-04-01T00:00:00+02:00"
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert sum(one[2] == "down" for one in spans) == 1


def test_every_objective_of_the_example_is_judged_each_by_its_own_facts(report):
    said = report("--json")
    verdicts = {one["objective"]: one["verdict"] for one in json.loads(said.out)["periods"]}
    assert verdicts == {
        "availability": "met", "success": "no_data", "fast": "no_data", "p95": "no_data", "p1-resolved": "no_data",
        "few-outages": "met",
    }  # fmt: skip
    assert said.err == ""


def test_the_table_shows_the_same_figures_cut_against_the_provider(report):
    line = report("--objective", "availability").out.splitlines()[-1]
    assert "99.9001 %" in line
    assert "618582 / 619200 s" in line
    assert "1.2 s" in line


def test_the_value_of_the_formats_comes_out_byte_for_byte(report, tmp_path):
    (tmp_path / "facts.csv").write_text("at,value\n2026-03-03T10:00:00Z,0.25\n2026-03-03T11:00:00Z,0.2\n")
    printed = report("--json", "--objective", "p95").out
    example = re.findall(r"```json\n(.*?)```", FORMATS, re.DOTALL)[1]
    assert printed.split("\n", 1)[1] == example.removesuffix("\n") + "]}\n"
