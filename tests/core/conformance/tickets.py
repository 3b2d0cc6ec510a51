"""Tickets: due times, pauses, stopwatches."""

from fractions import Fraction

from slmo.core.calendar import Calendar
from slmo.core.clock import ServiceClock
from slmo.core.compliance import assess
from slmo.core.composite import ResponseChain
from slmo.core.due import overrun, stopwatch, threshold_at
from slmo.core.errors import TermError
from slmo.core.facts import Facts
from slmo.core.facts.tasks import Task, Tasks
from slmo.core.terms import agreement_parse
from slmo.core.units import DAY, Window, parse_instant
from tests.core.conformance.calendars import calendar_of, clock, instant, shown
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import agreement, document

DATE = parse_instant("2024-03-08T00:00:00Z")


def service_clock(vector):
    calendar, given = calendar_of(vector["calendar"]), vector["input"]
    start = instant(given["created"], calendar.zone)
    return calendar, ServiceClock.of(calendar.open(Window(start - DAY, start + 60 * DAY))), start


@adapter("sla_due")
def due_times(vector):
    calendar, running, start = service_clock(vector)
    given, hold = vector["input"], vector["input"]["hold_working_s"]
    found = {
        "response_due": running.due(start, given["response_s"]),
        "resolution_due": running.due(start, given["resolution_s"] + hold),
    }
    return {key: shown(found[key], like, calendar.zone) for key, like in vector["expected"].items()}


@adapter("sla_elapsed")
def elapsed(vector):
    calendar, running, start = service_clock(vector)
    given = vector["input"]
    end = instant(given["resolved"], calendar.zone)
    pauses = tuple(tuple(instant(at, calendar.zone) for at in pause) for pause in given["paused"])
    due = running.due(start, given["resolution_s"], pauses)
    return {
        "hold_working_s": sum(running.elapsed(*pause) for pause in pauses),
        "resolution_working_s": running.elapsed(start, end, pauses),
        "resolution_due": shown(due, vector["expected"].get("resolution_due", "2000-01-01T00:00:00"), calendar.zone),
    }


@adapter("validate_sla")
def accepted(vector):
    given = vector["input"]
    if "response_s" in given:
        return {"accepted": ResponseChain(given["resolution_s"], (("response", given["response_s"]),)).holds}
    hours = [f"{given['window'][0]}-{given['window'][1]}"] if "window" in given else ["09:00-12:00", "13:00-17:00"]
    try:
        agreement_parse([document(calendars={"hours": {"weekly": {"mon": hours}}}, hours="hours")])
    except TermError:
        return {"accepted": False}
    return {"accepted": True}


@adapter("rule")
def rule(vector):
    """A task resolved at the very instant at which it is due, judged by the engine."""
    assert vector["input"] == {"due_instant_equals_event": True}
    task = Task("1", opened=DATE, resolved=DATE + 3600)
    terms = agreement(indicator="tasks", clock="resolved", limit="1h", target=">= 100%")
    (result,) = assess(terms, "one", Facts(tasks=Tasks((task,))), Window(DATE, DATE + DAY), DATE + 60 * DAY)
    return {"met": result.verdict.value == "met"}


@adapter("threshold_deadline")
def deadline(vector):
    given = vector["input"]
    if given["goal_s"] is None:
        return {"deadline": threshold_at(Calendar.always("UTC"), None, Fraction(1), 0, 0)}
    at = threshold_at(
        Calendar.always("UTC"), given["goal_s"], Fraction(given["percent"], 100), given["spent_s"],
        parse_instant(given["last_start"]),
    )  # fmt: skip
    return {"deadline": shown(at, vector["expected"]["deadline"], "UTC")}


def running(given):
    return stopwatch([(DATE + clock(at), what == "start") for what, at in given["events"]])


@adapter("stopwatch")
def spent(vector):
    return {"spent_s": running(vector["input"]).seconds}


@adapter("stopwatch_overrun")
def late(vector):
    given = vector["input"]
    return {"overrun_s": overrun(running(given), DATE + clock(given["deadline"]))}


@adapter("threshold_passed")
def passed(vector):
    now, due = (DATE + clock(vector["input"][key]) for key in ("now", "deadline"))
    return {"passed": due <= now}
