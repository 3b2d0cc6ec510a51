"""The command against unusable and hostile files: one clear reason on standard error, never a traceback."""
# ruff: noqa: E501  # hostile documents stand on one line each

import json
import subprocess
import sys
from pathlib import Path

import pytest

from slmo import assess

ROOT = Path(__file__).parents[2]
AGREEMENT = """apiVersion: slmo/v1
kind: Agreement
metadata: {name: small}
spec:
  timezone: UTC
  effective: {from: 2026-01-01}
  objectives:
    - {name: availability, indicator: availability, target: ">= 99.9%", period: day}
"""
FACTS = "at,state\n2026-01-01T00:00:00Z,up\n2026-01-02T12:00:00Z,down\n2026-01-02T13:00:00Z,up\n"
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on an agreement and facts given as text or bytes; return status, output and errors."""

    def go(agreement=AGREEMENT, facts=FACTS, *options, start="2026-01-01", end="2026-01-04"):
        for name, content in (("agreement.yaml", agreement), ("facts.csv", facts)):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        arguments = [str(tmp_path / "agreement.yaml"), "--facts", str(tmp_path / "facts.csv")]
        status = assess.main([*arguments, "--from", start, "--to", end, *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return go


def refused(done, *words):
    """Check that input was refused with these words, and nothing printed."""
    status, out, err = done
    assert status == 2
    assert out == ""
    assert "expected" in err
    assert "Traceback" not in err
    for word in words:
        assert word in err, err


def changed(old, new):
    assert old in AGREEMENT
    return AGREEMENT.replace(old, new)


HOSTILE_AGREEMENTS = {
    "an empty file": ("", "an empty file"),
    "only a comment": ("# nothing\n", "an empty file"),
    "a list": ("- a\n- b\n", "a list"),
    "a text": ("hello", "hello"),
    "not UTF-8": (b"apiVersion: slmo/v1\nkind: \xff\xfe\n", "line 2", "UTF-8"),
    "a NUL": (AGREEMENT.encode().replace(b"small", b"sm\0all"), "U+0000"),
    "a billion laughs": (LAUGHS, "alias"),
    "an alias": (changed("{name: small}", "&m {name: small}") + "x: *m\n", "alias"),
    "a merge key": (changed("  timezone: UTC", "  <<: {a: 1}\n  timezone: UTC"), "merge key"),
    "a key twice": (changed("  timezone: UTC", "  timezone: UTC\n  timezone: UTC"), "line 6", '"timezone"', "second time"),
    "a list as a key": (changed("  timezone: UTC", "  ? [a, b]\n  : c\n  timezone: UTC"), "key"),
    "a mapping as a key": (changed("  timezone: UTC", "  {a: 1}: c\n  timezone: UTC"), "key"),
    "a Python object": (changed("name: small", "name: !!python/object/apply:os.system [id]"), "tag"),
    "deep nesting": ("a: " + "[" * 5000, "nesting"),
    "a tab": (changed("  timezone", "\ttimezone"), "line 5"),
    "an open quote": (changed("timezone: UTC", 'timezone: "UTC'), "YAML"),
    "another version": (changed("slmo/v1", "openslo/v1"), "line 1", "openslo/v1", "slmo/v1"),
    "another kind": (changed("Agreement", "SLO"), "kind", "SLO"),
    "no zone": (changed("  timezone: UTC\n", ""), "spec.timezone"),
    "an unknown zone": (changed("UTC", "Europe/Berlyn"), "line 5", "Europe/Berlyn"),
    "a zone that is a path": (changed("UTC", "../../etc/passwd"), "spec.timezone"),
    "a zone that is a folder": (changed("UTC", "Europe"), "spec.timezone"),
    "a zone that is a number": (changed("UTC", "7"), "spec.timezone"),
    "no date": (changed("{from: 2026-01-01}", "{}"), "spec.effective.from"),
    "a date that does not exist": (changed("2026-01-01", "2026-02-30"), "2026-02-30"),
    "the year 0": (changed("2026-01-01", "0000-01-01"), "0000-01-01"),
    "an end before the beginning": (changed("{from: 2026-01-01}", "{from: 2026-01-01, until: 2025-01-01}"), "until"),
    "an unknown term": (changed("period: day", "period: day, minimun_outage: 5m"), "minimum_outage"),
    "another indicator's term": (changed("period: day", "period: day, limit: 4h"), "because the indicator is"),
    "an unknown period": (changed("period: day", "period: fortnight"), "period", "fortnight"),
    "a rolling period of nothing": (changed("period: day", "period: rolling 0d"), "rolling"),
    "a target above everything": (changed("99.9%", "100.1%"), "target"),
    "a target without %": (changed("99.9%", "99.9"), "%"),
    "a target of the wrong side": (changed(">= 99.9%", "<= 99.9%"), "target"),
    "a target that is huge": (changed("99.9%", "1e400"), "target"),
    "a weight of 1e400": (changed("period: day", "period: day, degraded: 1e400"), "degraded"),
    "a weight of 1e999999": (changed("period: day", "period: day, degraded: 1e999999"), "degraded"),
    "a weight that is not a number": (changed("period: day", "period: day, degraded: .nan"), "degraded"),
    "a long number": (changed("period: day", f"period: day, degraded: {'9' * 5000}"), "degraded"),
    "a negative weight": (changed("period: day", "period: day, degraded: -0.5"), "degraded"),
    "a duration without unit": (changed("period: day", "period: day, minimum_outage: 60"), "minimum_outage"),
    "a duration that is huge": (changed("period: day", f"period: day, minimum_outage: {'9' * 50}d"), "minimum_outage"),
    "hours that are nowhere": (changed("period: day", "period: day, hours: office"), "office"),
    "an objective twice": (AGREEMENT + AGREEMENT.splitlines()[-1] + "\n", "objectives[1].name"),
    "no objective": (changed("    - {name: availability", "    # - {name: availability").replace("tives:", "tives: []"), "objectives"),
    "an amendment of the same day": (AGREEMENT + "---\n" + AGREEMENT, "later date"),
    "an amendment of another agreement": (
        AGREEMENT + "---\n" + changed("small", "other").replace("2026-01-01", "2026-02-01"), "small",
    ),
    "a calendar that never opens": (
        changed("  objectives:", "  calendars: {c: {weekly: {mon: []}}}\n  objectives:"), "calendars.c.weekly", "line 7",
    ),
    "a day named twice": (
        changed("  objectives:", '  calendars: {c: {weekly: {mon-wed: ["09:00-10:00"], tue: ["09:00-10:00"]}}}\n  objectives:'),
        "tue",
    ),
    "hours past midnight": (
        changed("  objectives:", '  calendars: {c: {weekly: {mon: ["09:00-25:00"]}}}\n  objectives:'), "09:00-25:00",
    ),
    "a rule every second": (
        changed("  objectives:", '  exclusions: [{rrule: FREQ=SECONDLY, starting: 2026-01-01, at: "02:00", for: 2h}]\n  objectives:'),
        "FREQ",
    ),
    "a rule with the interval 0": (
        changed("  objectives:", '  exclusions: [{rrule: "FREQ=DAILY;INTERVAL=0", starting: 2026-01-01, at: "02:00", for: 2h}]\n  objectives:'),
        "INTERVAL",
    ),
    "an exclusion that ends before it starts": (
        changed("  objectives:", "  exclusions: [{from: 2026-01-02T00:00:00Z, to: 2026-01-01T00:00:00Z}]\n  objectives:"),
        "exclusions[0].to",
    ),
    "credits without a charge": (changed("period: day", "period: day, credits: {tiers: [{below: 99%, percent: 5}]}"), "charge"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_AGREEMENTS)
def test_an_agreement_that_cannot_be_used_is_refused_with_its_place(run, name):
    text, *words = HOSTILE_AGREEMENTS[name]
    refused(run(text), "agreement.yaml", *words)


HOSTILE_FACTS = {
    "an empty file": ("", "empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty"),
    "not UTF-8": (b"at,state\n2026-01-01T00:00:00Z,\xff\n", "line 2", "UTF-8"),
    "a NUL": (b"at,state\n2026-01-01T00:00:00Z,u\0p\n", "line 2", "NUL"),
    "an unknown header": ("when,what\n2026-01-01T00:00:00Z,up\n", "line 1", "when"),
    "a misspelt column": ("at,stat\n", "did you mean"),
    "a column twice": ("at,at,state\n", "twice"),
    "numbers that are none": ("at,value\n2026-01-01T00:00:00Z,1e3\n", "line 2", "value", "plain number"),
    "a value too many": ("at,state\n2026-01-01T00:00:00Z,up,x\n", "line 2", "3 values"),
    "a value too few": ("at,state\n2026-01-01T00:00:00Z\n", "line 2", "1 values"),
    "an unknown state": ("at,state\n2026-01-01T00:00:00Z,dwon\n", "line 2", '"state"', "down"),
    "no state": ("at,state\n2026-01-01T00:00:00Z,\n", "line 2", "nothing"),
    "a time without offset": ("at,state\n2026-01-01T00:00:00,up\n", "line 2", '"at"', "offset"),
    "a time that does not exist": ("at,state\n2026-02-30T00:00:00Z,up\n", "2026-02-30"),
    "the year 0": ("at,state\n0000-01-01T00:00:00Z,up\n", "0000"),
    "half a second": ("at,state\n2026-01-01T00:00:00.5Z,up\n", "whole seconds"),
    "an offset of 99 hours": ("at,state\n2026-01-01T00:00:00+99:00,up\n", "offset"),
    "digits of another script": ("at,state\n٢٠٢٦-01-01T00:00:00Z,up\n", "line 2"),
    "an end before its start": ("start,end,state\n2026-01-02T00:00:00Z,2026-01-01T00:00:00Z,down\n", "line 2", '"end"'),
    "a quote that stays open": ('at,state\n"2026-01-01T00:00:00Z,up\n', "comma-separated"),
    "a huge field": ("at,state\n" + "9" * 200_000 + ",up\n", "line 2"),
    "an unknown objective": ("at,state,indicator\n2026-01-01T00:00:00Z,up,availabilty\n", "did you mean"),
}


@pytest.mark.parametrize("name", HOSTILE_FACTS)
def test_facts_that_cannot_be_used_are_refused_with_their_place(run, name):
    text, *words = HOSTILE_FACTS[name]
    refused(run(AGREEMENT, text), "facts.csv", *words)


def test_up_to_a_hundred_errors_are_reported_at_once(run):
    status, out, err = run(AGREEMENT, "at,state\n" + "x,y\n" * 500)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 100


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-01-04", "2026-01-01", "after --from"),
        ("2026-01-01", "2026-01-01", "after --from"),
        ("0001-01-01", "9999-12-31", "1900"),
        ("1900-01-01", "2999-12-31", "100 years"),
        ("yesterday", "2026-01-01", "yesterday"),
        ("2026-01-01T00:00:00", "2026-01-02", "offset"),
        ("2026-13-01", "2026-01-02", "2026-13-01"),
    ],
)
def test_a_window_that_cannot_be_judged_is_refused(run, start, end, words):
    refused(run(start=start, end=end), words)


@pytest.mark.parametrize("which", ["agreement", "facts"])
def test_a_folder_or_a_missing_file_is_refused(tmp_path, capsys, which):
    (tmp_path / "a.yaml").write_text(AGREEMENT)
    (tmp_path / "f.csv").write_text(FACTS)
    for bad in (tmp_path, tmp_path / "missing", tmp_path / "a.yaml" / "below"):
        agreement, facts = (bad, tmp_path / "f.csv") if which == "agreement" else (tmp_path / "a.yaml", bad)
        status = assess.main([str(agreement), "--facts", str(facts), "--from", "2026-01-01", "--to", "2026-01-02"])
        refused((status, *capsys.readouterr()), str(bad))


def test_only_the_objectives_asked_for_are_judged_and_a_misspelt_one_is_refused(run):
    two = AGREEMENT + '    - {name: ok, indicator: ratio, target: ">= 99%", period: day}\n'
    asked = json.loads(run(two, FACTS, "--json", "--objective", "ok")[1])["periods"]
    assert {(one["objective"], one["verdict"]) for one in asked} == {("ok", "no_data")}
    assert len(json.loads(run(two, FACTS, "--json")[1])["periods"]) == 6
    refused(run(two, FACTS, "--objective", "okay"), "did you mean")


def test_byte_order_mark_crlf_and_empty_lines_change_nothing(run):
    plain = run(AGREEMENT, FACTS, "--json")[1]
    windows = b"\xef\xbb\xbf" + FACTS.replace("\n", "\r\n").encode() + b"\r\n\r\n"
    assert run(b"\xef\xbb\xbf" + AGREEMENT.replace("\n", "\r\n").encode(), windows, "--json")[1] == plain


def test_the_same_terms_in_another_order_and_as_json_have_the_same_digest(run):
    document = {
        "spec": {
            "objectives": [
                {"period": "day", "target": ">= 99.9%", "indicator": "availability", "name": "availability"}
            ],
            "effective": {"from": "2026-01-01"},
            "timezone": "UTC",
        },
        "metadata": {"name": "small"},
        "kind": "Agreement",
        "apiVersion": "slmo/v1",
    }
    assert run(json.dumps(document), FACTS, "--json")[1] == run(AGREEMENT, FACTS, "--json")[1]


def test_facts_in_several_files_are_read_in_their_order(tmp_path, capsys, run):
    run()
    (tmp_path / "more.csv").write_text("start,end,state\n2026-01-03T00:00:00Z,2026-01-03T01:00:00Z,down\n")
    arguments = [str(tmp_path / "agreement.yaml"), "--facts", str(tmp_path / "facts.csv"), "--json"]
    window = ["--from", "2026-01-03", "--to", "2026-01-04"]
    assert assess.main([*arguments, "--facts", str(tmp_path / "more.csv"), *window]) == 0
    assert json.loads(capsys.readouterr().out)["periods"][0]["seconds"]["down"] == 3600


def test_what_comes_after_the_moment_asked_about_is_the_future(run):
    _, out, _ = run(AGREEMENT, FACTS, "--json", "--as-of", "2026-01-02T12:30:00Z")
    first, second, third = json.loads(out)["periods"]
    assert first["verdict"] == "met"
    assert second["verdict"] == "breached"
    assert second["seconds"]["future"] == 11.5 * 3600
    assert (third["verdict"], third["achieved"], third["seconds"]["future"]) == ("no_data", None, 86400)


def test_an_outage_list_says_up_in_its_gaps_only_when_told_so(run):
    facts = "start,end,state\n2026-01-02T12:00:00Z,2026-01-02T13:00:00Z,down\n"
    assert json.loads(run(AGREEMENT, facts, "--json")[1])["periods"][0]["verdict"] == "no_data"
    told = json.loads(run(AGREEMENT, facts, "--json", "--gaps", "up")[1])["periods"]
    assert [one["verdict"] for one in told] == ["met", "breached", "met"]


def test_the_command_runs_by_itself_and_twice_alike(tmp_path):
    (tmp_path / "a.yaml").write_text(AGREEMENT)
    (tmp_path / "f.csv").write_text(FACTS)
    command = [sys.executable, "-m", "slmo.assess", str(tmp_path / "a.yaml"), "--facts", str(tmp_path / "f.csv")]
    command += ["--from", "2026-01-01", "--to", "2026-01-04", "--json", "--partition"]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout
    assert first.stderr == b""
    refused = subprocess.run([*command, "--to", "2020-01-01"], cwd=ROOT, capture_output=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, b"")
