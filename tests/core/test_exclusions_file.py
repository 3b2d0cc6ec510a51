"""Approved exclusions come in a file of their own; what is wrong in it is said with its place."""

import json
from pathlib import Path

import pytest

from slmo.assess import main
from slmo.core.errors import FactError, FactErrors
from slmo.core.exclusions import exclusions_digest
from slmo.core.exclusions_csv import exclusions_for, exclusions_read

AGREEMENT = """
apiVersion: slmo/v1
kind: Agreement
metadata: {name: mail, title: Mail}
spec:
  type: SLA
  service: mail
  provider: it
  customer: retail
  timezone: UTC
  effective: {from: 2026-01-01}
  objectives:
    - {name: one, indicator: availability, target: ">= 99.9%", period: day}
    - {name: two, indicator: availability, target: ">= 99.9%", period: day}
"""
FACTS = "start,end,state\n2026-03-01T09:00:00Z,2026-03-01T10:00:00Z,down\n"
HEADER = "start,end,reason,objective\n"
HOUR = "2026-03-01T09:00:00Z,2026-03-01T10:00:00Z,agreed,"


def judged(folder: Path, capsys: pytest.CaptureFixture[str], exclusions: str) -> dict:
    """Return the report on the first of March."""
    for name, text in (("a.yaml", AGREEMENT), ("f.csv", FACTS), ("x.csv", exclusions)):
        (folder / name).write_text(text)
    arguments = [str(folder / "a.yaml"), "--facts", str(folder / "f.csv"), "--gaps", "up", "--json"]
    arguments += ["--exclusions", str(folder / "x.csv"), "--from", "2026-03-01", "--to", "2026-03-02"]
    status = main(arguments)
    captured = capsys.readouterr()
    assert status == 0, captured.err
    report: dict = json.loads(captured.out)
    return report


def test_time_that_was_approved_does_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = judged(tmp_path, capsys, f"{HEADER}{HOUR}\n")
    assert [(one["verdict"], one["seconds"]["excluded"]) for one in report["periods"]] == [("met", 3600)] * 2
    [approved] = exclusions_read(tmp_path / "x.csv")
    assert report["exclusions_sha256"] == exclusions_digest([approved.window])


def test_it_concerns_the_objective_that_the_line_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = judged(tmp_path, capsys, f"{HEADER}{HOUR}two\n")
    assert [(one["objective"], one["verdict"]) for one in report["periods"]] == [("one", "breached"), ("two", "met")]


def test_a_line_without_an_objective_concerns_all(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}{HOUR}\n{HOUR}two\n")
    approved = exclusions_read(path, objectives=["one", "two"])
    assert [len(exclusions_for(approved, name)) for name in ("one", "two")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 0, ""),
        ("start,end,why\n", 1, "why"),
        (f"{HEADER}{HOUR}three\n", 2, "objective"),
        (f"{HEADER}2026-03-01T09:00:00,2026-03-01T10:00:00Z,agreed,\n", 2, "start"),
        (f"{HEADER}2026-03-01T09:00:00Z,2026-03-01T09:00:00Z,agreed,\n", 2, "end"),
        (f"{HEADER}2026-03-01T09:00:00Z,2026-03-01T10:00:00Z,,\n", 2, "reason"),
        (f"{HEADER}{HOUR}\n2026-03-01T09:00:00Z,agreed\n", 3, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, line: int, column: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(FactError) as refused:
        exclusions_read(path, objectives=["one", "two"])
    assert (refused.value.line, refused.value.column) == (line, column)


def test_several_errors_are_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}now,then,x,\n{HOUR}three\n")
    with pytest.raises(FactErrors) as refused:
        exclusions_read(path, objectives=["one"])
    assert [error.line for error in refused.value.errors] == [2, 3]


def test_an_unreadable_file_ends_the_command_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(AGREEMENT)
    (tmp_path / "f.csv").write_text(FACTS)
    arguments = [str(tmp_path / "a.yaml"), "--facts", str(tmp_path / "f.csv"), "--exclusions", str(tmp_path / "x.csv")]
    assert main([*arguments, "--from", "2026-03-01", "--to", "2026-03-02"]) == 2
    captured = capsys.readouterr()
    assert "x.csv" in captured.err
    assert captured.out == ""
