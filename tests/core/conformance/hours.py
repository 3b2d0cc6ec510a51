"""Service hours: open or closed, windows, working seconds."""

import datetime as dt
import itertools
import re

from slmo.core.calendar import is_open, working_seconds
from slmo.core.due import (
    next_closing,
    next_opening,
    roll_backward,
    roll_forward,
    windows_after,
    windows_before,
    working_instant,
)
from slmo.core.errors import EngineError
from slmo.core.units import Window, parse_duration
from slmo.core.zones import wall_recurrence
from tests.core.conformance.calendars import ALWAYS, calendar_of, clock, instant, shown
from tests.core.conformance.harness import adapter


def parts(vector):
    calendar = calendar_of(vector.get("calendar", ALWAYS))
    return calendar, vector["input"]


@adapter("windows_after", "windows_before")
def windows(vector):
    calendar, given = parts(vector)
    walk = windows_after if vector["op"] == "windows_after" else windows_before
    origin = instant(given["origin"], calendar.zone)
    found = list(itertools.islice(walk(calendar, origin), given["take"]))
    likes = vector["expected"]["windows"]
    return {"windows": [pair(window, like, calendar.zone) for window, like in zip(found, likes, strict=True)]}


def whole(vector, text):
    """A time in whole seconds. Where a vector that we adopt has parts of one, they change nothing and are cut."""
    return re.sub(r"[.][0-9]+", "", text) if vector["portal"] == "adopt" else text


def pair(window, like, zone):
    return [shown(at, one, zone) for at, one in zip(window, like, strict=True)]


@adapter("next_window", "previous_window")
def window(vector):
    calendar, given = parts(vector)
    if vector["portal"] == "reject":  # the caller's zone, eight hours behind: days are local to it
        calendar = calendar_of(vector["calendar"] | {"tz": "America/Los_Angeles"})
    walk = windows_after if vector["op"] == "next_window" else windows_before
    found = next(walk(calendar, instant(given["at"], calendar.zone)))
    return {"window": pair(found, vector["expected"]["window"], calendar.zone)}


@adapter("add_working_seconds", "subtract_working_seconds")
def added(vector):
    calendar, given = parts(vector)
    seconds = given["seconds"] if vector["op"].startswith("add") else -given["seconds"]
    if seconds != int(seconds):
        raise EngineError("whole seconds")
    start = instant(given["start"], calendar.zone)
    backward = vector["op"].startswith("subtract") or given.get("direction") == "backward"
    end = working_instant(calendar, start, int(seconds), backward=backward)
    return {"end": shown(end, vector["expected"]["end"], calendar.zone)}


@adapter("round_trip")
def there_and_back(vector):
    calendar, given = parts(vector)
    start = instant(given["start"], calendar.zone)
    there = working_instant(calendar, start, given["seconds"])
    return {"end": shown(working_instant(calendar, there, -given["seconds"]), vector["expected"]["end"], calendar.zone)}


@adapter("working_seconds_between")
def between(vector):
    calendar, given = parts(vector)
    return {
        "seconds": working_seconds(
            calendar, Window(*(instant(whole(vector, given[k]), calendar.zone) for k in ("start", "end")))
        )
    }


@adapter("is_open")
def opened(vector):
    calendar, given = parts(vector)
    return {"open": is_open(calendar, instant(given["at"], calendar.zone))}


ROLLS = {
    "roll_forward": roll_forward,
    "roll_backward": roll_backward,
    "next_closing": next_closing,
    "next_opening_strict": next_opening,
}


@adapter(*ROLLS)
def rolled(vector):
    calendar, given = parts(vector)
    at = ROLLS[vector["op"]](calendar, instant(whole(vector, given["at"]), calendar.zone))
    return {"end": shown(at, vector["expected"]["end"], calendar.zone)}


@adapter("local_to_utc")
def local(vector):
    zone, given = vector["calendar"]["tz"], vector["input"]
    midnight = dt.datetime.fromisoformat(given["date"])
    at = wall_recurrence(zone, midnight + dt.timedelta(seconds=clock(given["time"])))
    return {"instant": shown(at, vector["expected"]["instant"], zone)}


@adapter("intersect_calendars")
def intersected(vector):
    calendar, given = parts(vector)
    other = calendar_of(given["other"])
    start = instant(given["after"])
    span = Window(start, start + 400 * 86_400)
    found = calendar.open(span).intersect(other.open(span)).windows()[: given["take"]]
    return {"windows": [pair(one, like, "UTC") for one, like in zip(found, vector["expected"]["windows"], strict=True)]}


@adapter("validate_amount")
def amount(vector):
    """An amount of working time is a duration of the agreement; as a bare number it has no unit."""
    try:
        parse_duration(vector["input"]["amount"] + "s")
    except EngineError:
        return {"accepted": False}
    return {"accepted": True}
