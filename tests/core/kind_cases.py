"""Cases of every kind of indicator: those of cases.py with other terms and other facts, each from a seed."""

import random
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from slmo.core.facts import Buckets, ExclusionWindow, Facts, Samples, Statement, Statements, States, Task, Tasks
from slmo.core.kinds import Asked
from slmo.core.terms import agreement_parse
from tests.core.cases import MARGIN, Case, case_of

LONGEST = 1500  # seconds of a window
SHARES = [">= 99%", ">= 50%", "> 75%", ">= 100%", "> 0%"]
LIMITS = ["<= 3", "< 3", ">= 2", "> 2", "<= 2.5", ">= 50%"]
REDUCE = ["mean", "sum", "min", "max", "count", "last", "p50", "p95", "p100", "p33.3", "p5"]
VALUES = [0, 1, 2, 2, 3, 3, 4, Decimal("2.5"), Decimal("0.125"), -1, 10**15]
TOTALS = [0, 0, 1, 2, 3, 10, Decimal("2.5"), 10**16]
LENGTHS = [1, 30, 60, 119, 300, 900]
SCOPES = ["", "", "north", "south"]
SLICES = ["30s", "1m", "7m", "17m", "1h"]
TERMS = {  # for each kind: its terms, and which of them may be left out
    "ratio": ({"target": SHARES}, {"no_traffic": ["met", "no_data"], "unknown": [{"indeterminate_above": "40%"}]}),
    "value": ({"target": LIMITS, "reduce": REDUCE}, {"no_traffic": ["met", "no_data"]}),
    "slices": (
        {"target": SHARES, "slice": SLICES, "good_when": LIMITS},
        {
            "reduce": REDUCE,
            "no_traffic": ["met"],
            "unknown": [{"counts_as": "up"}, {"counts_as": "down"}, {"indeterminate_above": "60%"}],
        },
    ),
    "attested": ({}, {}),
    "outages": (
        {"reduce": ["count", "longest", "mttr", "mtbf"]},
        {
            "at_least": ["1s", "60s", "5m"], "degraded": ["down", 0.5], "minimum_outage": ["60s"],
            "unite": ["best"], "whole_minutes": [True], "unknown": [{"last_for": "5m"}, {"indeterminate_above": "30%"}],
        },
    ),
    "tasks": (
        {"target": SHARES, "clock": ["resolved", "responded"]},
        {"counts_in": ["opened", "resolved"], "repriority": ["rest", "whole"], "no_traffic": ["met"]},
    ),
}  # fmt: skip


@dataclass
class KindCase(Case):
    """A case of one kind; `shape` says which facts it has."""

    shape: str = "states"
    kind: str = "availability"

    def facts(self):
        """The facts as the engine keeps them."""
        if self.shape == "buckets":
            return Facts(buckets=Buckets.from_rows(self.rows))
        if self.shape == "samples":
            return Facts(samples=Samples.from_rows(self.rows))
        if self.shape == "statements":
            return Facts(
                statements=Statements.of(Statement(a, b, met, "me", "it", n, False, s) for a, b, met, n, s in self.rows)
            )
        if self.shape == "tasks":
            return Facts(tasks=Tasks.of(Task(**row) for row in self.rows))
        return Facts(states=States.from_rows(self.rows, self.gaps))

    def asked(self):
        """What the engine is asked."""
        approved = [ExclusionWindow(*one) for one in self.approved]
        return Asked(agreement_parse(self.documents), "availability", self.facts(), self.as_of, approved)

    @property
    def terms(self):
        return self.documents[0]["spec"]["objectives"][0]


def kind_cases(kind, versions=1):
    """Cases of a kind, each from a seed that names it."""
    return st.integers(0, 2**32 - 1).map(lambda seed: kind_case(kind, seed, versions))


def kind_case(kind, seed, versions=1):
    rng = random.Random(seed)
    case = case_of(seed, versions)
    start, end = case.window[0], min(case.window[1], case.window[0] + LONGEST)
    for document in case.documents:
        old = document["spec"]["objectives"][0]
        kept = {key: old[key] for key in ("name", "period", "hours", "maintenance", "scope") if key in old}
        document["spec"]["objectives"] = [kept | {"indicator": kind} | terms(kind, rng)]
    shape = {
        "ratio": "buckets", "value": "samples", "attested": "statements", "tasks": "tasks", "outages": "states",
        "slices": rng.choice(["buckets", "samples"]),
    }[kind]  # fmt: skip
    as_of = end + MARGIN if rng.random() < 0.4 else rng.randint(start - 60, end + 600)
    rows = case.rows if shape == "states" else ROWS[shape](rng, start, end)
    return KindCase(
        case.zone, case.anchor, case.documents, rows, case.gaps, (start, end), as_of, case.approved, shape, kind
    )


def terms(kind, rng):
    """Terms that a kind may have, some of them left out."""
    needed, optional = TERMS[kind]
    found = {key: rng.choice(values) for key, values in needed.items()}
    found |= {key: rng.choice(values) for key, values in optional.items() if rng.random() < 0.4}
    if kind == "outages":
        found["target"] = rng.choice(
            ["<= 2", "< 1", ">= 1"] if found["reduce"] == "count" else ["<= 5m", "< 60s", ">= 90s"]
        )
    if kind == "tasks":
        found["limit"] = rng.choice(["5m", "17m", "1s", {"P1": "3m", "P2": "20m"}])
        if rng.random() < 0.4:
            found["priority"] = rng.choice([["P1"], ["P1", "P2"], ["P2"]])
    if str(found.get("reduce", ""))[:1] == "p" and kind != "outages" and rng.random() < 0.5:
        found["method"] = "linear"
    return found


def buckets(rng, start, end):
    rows = []
    for seq in range(rng.randint(0, 12)):
        first = rng.randint(start - 600, end + 60)
        first -= first % 60 if rng.random() < 0.5 else 0
        total = rng.choice(TOTALS)
        good = rng.choice([total, total, 0, total / 2 if isinstance(total, Decimal) else total // 2])
        row = (first, first + rng.choice(LENGTHS), good, total, rng.choice(SCOPES), seq, False)
        if rows and rng.random() < 0.25:
            row = (*rng.choice(rows)[:2], good, total, rng.choice(rows)[4], seq, True)
        rows.append(row)
    return rows


def samples(rng, start, end):
    rows = []
    for seq in range(rng.randint(0, 12)):
        at = rng.randint(start - 300, end + 60)
        row = (at, rng.choice(VALUES), rng.choice(SCOPES), seq, False)
        if rows and rng.random() < 0.3:
            row = (rng.choice(rows)[0], rng.choice(VALUES), rng.choice(SCOPES), seq, rng.random() < 0.5)
        rows.append(row)
    return rows


def statements(rng, start, end):
    rows = []
    for seq in range(rng.randint(0, 5)):
        first = rng.randint(start - 600, end)
        rows.append((first, first + rng.choice([60, 900, 3600]), rng.random() < 0.7, seq, rng.choice(SCOPES)))
    return rows


def tasks(rng, start, end):
    return [task(rng, start, end, seq) for seq in range(rng.randint(0, 8))]


def task(rng, start, end, seq):
    opened = rng.randint(start - 900, end)
    responded, resolved = (opened + rng.choice([0, 60, 299, 300, 301, 1020, 2000]) for _ in range(2))
    changes = [(opened, rng.choice(["P1", "P2"]))]
    if rng.random() < 0.4:
        changes.append((opened + rng.randint(1, 900), rng.choice(["P1", "P2"])))
    pauses, at = [], opened
    for _ in range(rng.choice([0, 0, 1, 2])):
        at += rng.randint(0, 400)
        pauses.append((at, at := at + rng.randint(0, 400)))
    if rng.random() < 0.2:
        pauses.append((at + 5, None))
    return {
        "id": str(rng.choice([seq, seq, seq, 0])), "opened": opened, "seq": seq,
        "responded": responded if rng.random() < 0.6 else None, "resolved": resolved if rng.random() < 0.6 else None,
        "priorities": tuple(changes), "pauses": tuple(pauses), "scope": rng.choice(SCOPES),
    }  # fmt: skip


ROWS = {"buckets": buckets, "samples": samples, "statements": statements, "tasks": tasks}
