"""The command against files that were damaged at random: it judges or refuses, and never ends in a traceback."""

import random

import pytest

from slmo import assess

AGREEMENT = """apiVersion: slmo/v1
kind: Agreement
metadata: {name: small}
spec:
  timezone: Europe/Berlin
  effective: {from: 2026-01-01}
  calendars: {office: {weekly: {mon-fri: ["09:00-17:00"]}}}
  objectives:
    - {name: a, indicator: availability, target: ">= 99.9%", period: day, unknown: {counts_as: down, last_for: 5m}}
    - {name: r, indicator: ratio, target: ">= 99.5%", period: "rolling 1d", no_traffic: met}
    - {name: s, indicator: slices, target: ">= 99%", period: day, slice: 5m, good_when: "<= 0.3", reduce: p95}
    - {name: v, indicator: value, reduce: p95, method: linear, target: "<= 0.3", period: day}
    - {name: t, indicator: tasks, clock: resolved, limit: {P1: 4h, P2: 1d}, target: ">= 95%", period: day,
       hours: office}
    - {name: o, indicator: outages, reduce: mttr, at_least: 5m, target: "<= 2h", period: day,
       credits: {charge: 100, tiers: [{at_least: 2h, percent: 10}, {at_least: 1d, percent: 25}]}}
    - {name: p, indicator: attested, period: day}
"""
DAY = "2026-01-02T"
FACTS = {
    "changes": f"at,state,indicator\n{DAY}00:00:00Z,up,a\n{DAY}10:00:00Z,down,\n{DAY}11:00:00Z,up,\n",
    "intervals": f"start,end,state,scope,override\n{DAY}01:00:00Z,{DAY}02:00:00Z,down,north,\n"
    f"{DAY}01:30:00Z,{DAY}02:00:00Z,up,north,yes\n",
    "buckets": f"start,end,good,total\n{DAY}00:00:00Z,{DAY}00:05:00Z,99.5,100\n{DAY}00:05:00Z,{DAY}00:10:00Z,0,0\n",
    "samples": f"at,value,scope\n{DAY}00:00:00Z,0.25,\n{DAY}00:01:00Z,-3,south\n",
    "tasks": "id,opened,responded,resolved,priority,pauses\n"
    f"1,{DAY}09:00:00Z,,{DAY}12:00:00Z,P2;P1@{DAY}10:00:00Z,{DAY}10:00:00Z/{DAY}10:30:00Z;{DAY}11:00:00Z/\n"
    f"2,{DAY}09:00:00Z,{DAY}09:00:00Z,,P1,\n",
    "statements": f"start,end,met,by,evidence\n{DAY}00:00:00Z,{DAY}12:00:00Z,yes,Anna,minutes of 2 January\n",
}
PIECES = [
    ",", "\n", '"', ";", "/", "@", "-", "9" * 25, "1e9", "NaN", "inf", "0", "24:00", "Z", "+25:00", "2026-02-30", "\0",
    "é", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "[", "{", "}", ":", "%", "> ", "<= ", "yes", "p120", "~",
    "rolling 0d", "999999999w",
]  # fmt: skip


def damaged(text, rng):
    """The text with one to three pieces taken out, doubled, or put in."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        end = min(len(text), at + rng.choice([0, 1, 1, 4, 12]))
        text = text[:at] + rng.choice([rng.choice(PIECES), "", text[at:end] * 2]) + text[end:]
    return text


@pytest.fixture
def run(tmp_path, capsys):
    def go(agreement, facts, *options):
        (tmp_path / "a.yaml").write_text(agreement, encoding="utf-8")
        (tmp_path / "f.csv").write_text(facts, encoding="utf-8")
        arguments = [str(tmp_path / "a.yaml"), "--facts", str(tmp_path / "f.csv"), *options]
        status = assess.main([*arguments, "--from", "2026-01-01", "--to", "2026-01-04"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return go


@pytest.mark.wide
@pytest.mark.parametrize("kind", FACTS)
def test_damaged_facts_are_judged_or_refused_with_a_reason(run, kind):
    rng, refused = random.Random(kind), 0
    assert run(AGREEMENT, FACTS[kind], "--json")[0] == 0
    for n in range(60):
        status, out, err = run(AGREEMENT, damaged(FACTS[kind], rng), "--objective", "arsvtop"[n % 7])
        assert status in (0, 2)
        assert (out == "") == (status == 2)
        assert status == 0 or "expected" in err
        refused += status == 2
    assert refused > 15


def test_damaged_agreements_are_judged_or_refused_with_a_reason(run):
    rng, refused = random.Random(1), 0
    for n in range(120):
        status, out, err = run(damaged(AGREEMENT, rng), FACTS["tasks"], "--json")
        assert status in (0, 2), n
        assert (out == "") == (status == 2)
        assert status == 0 or "expected" in err
        refused += status == 2
    assert refused > 50


@pytest.mark.parametrize("kind", FACTS)
def test_the_same_files_give_the_same_bytes_and_the_table_names_the_same_verdicts(run, kind):
    first, again = (run(AGREEMENT, FACTS[kind], "--json", "--partition")[1] for _ in range(2))
    assert first == again
    table = run(AGREEMENT, FACTS[kind])[1]
    assert table.count("\n") == first.count('"objective"') + 3
