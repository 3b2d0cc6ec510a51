"""Recurring windows."""

import datetime as dt
import itertools

from slmo.core.errors import EngineError
from slmo.core.exclusions import Recurring
from slmo.core.icalendar import recurrence_read
from slmo.core.recurrence import starts_until
from slmo.core.units import Window
from tests.core.conformance.calendars import shown
from tests.core.conformance.harness import adapter

FAR = dt.datetime(9000, 1, 1)


def texts(starts):
    return [start.isoformat() for start in starts]


@adapter("expand_recurrence")
def expand(vector):
    given = vector["input"]
    count = len(vector["expected"]["starts"]) + 1  # one more, so that a rule that goes on too long is seen
    first = dt.datetime.fromisoformat(given["dtstart"])
    bounded = "COUNT" in given["rrule"] or "UNTIL" in given["rrule"]
    found = itertools.islice(starts_until(given["rrule"], first, FAR), count if bounded else count - 1)
    return {"starts": texts(found)}


@adapter("parse_recurrence")
def parse(vector):
    try:
        found = recurrence_read(vector["input"]["text"])
        return {"starts": texts(itertools.islice(found.starts(FAR), 1000)), "accepted": True}
    except EngineError:
        return {"accepted": False}


@adapter("expand_maintenance")
def maintenance(vector):
    given, likes = vector["input"], vector["expected"]["windows"]
    first = dt.datetime.fromisoformat(given["dtstart"])
    window = Recurring(given["tz"], given["rrule"], first, given["duration_s"], "")
    since = int(first.replace(tzinfo=dt.UTC).timestamp())
    found = window.expand(Window(since - 2 * 86_400, since + 3700 * 86_400)).windows()
    return {
        "windows": [
            [shown(at, text, given["tz"]) for at, text in zip(one, like, strict=True)]
            for one, like in zip(found, likes, strict=True)
        ]
    }
