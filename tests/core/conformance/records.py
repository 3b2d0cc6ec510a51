"""Availability from recorded states."""

import datetime as dt
import itertools

from slmo.core.compliance import assess
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import States
from slmo.core.partition import Class, partition
from slmo.core.periods import local_date
from slmo.core.units import DAY, Window, parse_instant
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import agreement

MEANS = {"ok": "up", "up": "up", "warning": "degraded", "critical": "down", "down": "down", "unreachable": "down",
         "unknown": "unknown"}  # fmt: skip
NOTHING_KNOWN = ("no_data", "monitor_down", "unknown", "indeterminate")


def states_of(given):
    """The states as changes; while the monitor is down nothing is known, unless the last state is assumed to go on."""
    rows, last, watching = [], None, True
    for event in given["events"]:
        if "state" in event:
            last = MEANS[event["state"]]
        elif "monitor" in event and given.get("assume_state_while_monitor_down") is False:
            watching = event["monitor"] == "up"
        else:
            continue
        if last is not None:
            rows.append((event["at"], None, last if watching else "unknown", "", len(rows), True))
    return States.from_rows(rows)


def spans(events, key, begin, finish, end):
    """Spans from one kind of event to another."""
    found, since = [], None
    for event in (one for one in events if key in one):
        if event[key] == begin and since is None:
            since = event["at"]
        elif event[key] == finish and since is not None:
            found.append((since, event["at"]))
            since = None
    return found + ([(since, end)] if since is not None else [])


def reporting_hours(given):
    """The hours in which time is reported, as own hours of the window's dates."""
    start, end = given["window"]
    opened = spans(given["events"], "window", "open", "closed", end)
    if not opened:
        return {}
    clock = [dt.datetime.fromtimestamp(at, dt.UTC).strftime("%H:%M:%S") for span in opened for at in span]
    hours = [f"{a}-{b}" for a, b in itertools.batched(clock, 2)] if hasattr(itertools, "batched") else [
        f"{clock[n]}-{clock[n + 1]}" for n in range(0, len(clock), 2)]  # fmt: skip
    date = local_date("UTC", start).isoformat()
    return {"calendars": {"told": {"weekly": {"mon": ["00:00-24:00"]}, "exceptions": {date: hours}}}, "hours": "told"}


@adapter("availability_by_state")
def by_state(vector):
    given, window = vector["input"], Window(*vector["input"]["window"])
    terms, states = agreement(zone=given.get("tz", "UTC"), **reporting_hours(given)), states_of(given)
    maintenance = [ExclusionWindow(a, b) for a, b in spans(given["events"], "downtime", "start", "end", window.end)]
    counted = partition(terms, "one", states, window, window.end).seconds()
    kept = partition(terms, "one", states, window, window.end, maintenance).seconds()
    assert sum(counted.values()) == sum(kept.values()) == window.seconds
    taken = {one: counted[one] - kept[one] for one in Class}
    expected = vector["expected"]
    found = {"seconds": named(counted, expected["seconds"])}
    if "of_which_in_downtime" in expected:
        found["of_which_in_downtime"] = named(taken, expected["of_which_in_downtime"])
    return found


def named(seconds, like):
    """Our classes under the peer's names; what it splits of the unknown is one class here."""
    found = {name: seconds[Class(MEANS[name])] for name in like if name in MEANS and name != "unknown"}
    if "outside_window" in like:
        found["outside_window"] = seconds[Class.OUT_OF_HOURS]
    unknown = [name for name in like if name in NOTHING_KNOWN]
    if unknown and sum(like[name] for name in unknown) == seconds[Class.UNKNOWN]:
        found |= {name: like[name] for name in unknown}
    return found


@adapter("monthly_downtime")
def monthly(vector):
    given = vector["input"]
    now, created = parse_instant(given["now"]), parse_instant(given["created"])
    first = given["flips"][0]["from"] if given["flips"] else given["status_now"]
    rows = [(created, None, first, "", 0, True)]
    rows += [(parse_instant(one["at"]), None, one["to"], "", n, True) for n, one in enumerate(given["flips"], 1)]
    terms = agreement(zone=given["tz"], target=">= 99%")
    start = now - (31 * given["months"] + 1) * DAY
    results = assess(terms, "one", States.from_rows(rows), Window(start, now), now)[::-1][: given["months"]]
    return {"months": [month(result, given["tz"]) for result in results]}


def month(result, zone):
    """A month's downtime; the running month's uptime is good so far ÷ counted so far: the future is never good.

    `whole` is what the peer gives: the future counted as good. It is the best that the month can still become.
    """
    future = result.seconds[Class.FUTURE]
    total = result.total + future
    return {
        "whole": (result.good + future) / total if total else None,
        "month": local_date(zone, result.window.start).isoformat()[:7],
        "down_s": result.seconds[Class.DOWN],
        "count": len(result.partition.outages()),
        "uptime": result.achieved,
        "no_data": result.verdict.value == "no_data",
    }
