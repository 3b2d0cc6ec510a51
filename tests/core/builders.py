"""Small agreements and facts for tests that read like sentences."""

from slmo.core.compliance import assess
from slmo.core.facts import States
from slmo.core.partition import partition
from slmo.core.terms import agreement_parse
from slmo.core.units import Window, parse_instant


def at(text):
    """An instant; a time without offset is UTC."""
    return parse_instant(text if "+" in text or text.endswith("Z") else text + "Z")


def window(start, end):
    return Window(at(start), at(end))


def document(since="2026-01-01", until=None, zone="UTC", calendars=None, exclusions=(), **terms):
    objective = {"name": "availability", "indicator": "availability", "target": ">= 99.9%", "period": "day"} | terms
    objective = {key: value for key, value in objective.items() if value is not None}
    effective = {"from": since} | ({"until": until} if until else {})
    spec = {"timezone": zone, "effective": effective, "currency": "EUR", "objectives": [objective]}
    spec |= {"calendars": calendars or {}, "exclusions": list(exclusions)}
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "test"}, "spec": spec}


def agreement(*documents, **terms):
    return agreement_parse(documents or [document(**terms)])


def changes(*rows, scope=""):
    return States.from_rows([(at(when), None, state, scope, n, True) for n, (when, state) in enumerate(rows)])


def outages(*rows, gaps="up"):
    """An outage list: (start, end[, state[, scope]])."""
    full = [(*row, *("down", "")[len(row) - 2 :]) for row in rows]
    return States.from_rows(
        [(at(a), at(b), state, scope, n, False) for n, (a, b, state, scope) in enumerate(full)], gaps
    )


def seconds(facts, span, as_of=None, exclusions=(), made=None, **terms):
    """The seconds of each class that has any."""
    found = partition(made or agreement(**terms), "availability", facts, span, as_of or span.end, exclusions)
    return {one.value: count for one, count in found.seconds().items() if count}


def results(facts, span, as_of=None, exclusions=(), made=None, **terms):
    return assess(made or agreement(**terms), "availability", facts, span, as_of or span.end, exclusions)
