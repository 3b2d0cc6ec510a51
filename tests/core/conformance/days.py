"""Working days."""

import datetime as dt
import itertools

from slmo.core.business_days import (
    is_working_day,
    working_day_instant,
    working_day_later,
    working_days,
    working_days_between,
)
from slmo.core.calendar import CLOSED, Calendar
from slmo.core.due import roll_backward, roll_forward
from slmo.core.errors import EngineError, TermError
from slmo.core.periods import local_date
from slmo.core.terms.calendars import calendar_read
from tests.core.conformance.calendars import calendar_of, instant, shown
from tests.core.conformance.harness import adapter

ROLLS = {"forward": "forward", "following": "forward", "backward": "backward", "preceding": "backward",
         "modifiedfollowing": "modified-forward", "modifiedpreceding": "modified-backward",
         "raise": "refuse"}  # fmt: skip
OFFICE = "mon,tue,wed,thu,fri"


def date(text):
    return dt.date.fromisoformat(text)


def masked(given):
    """The calendar of a week mask such as "Mon Tue" with holidays."""
    mask = given.get("weekmask", OFFICE)
    if isinstance(mask, list):
        mask = ",".join(day for day, works in zip((*OFFICE.split(","), "sat", "sun"), mask, strict=True) if works)
    names = ",".join(mask.lower().split()) if " " in mask else mask.lower()
    weekly = {names: ["09:00-17:00"]} if names else {}
    plain = calendar_read({"weekly": weekly}, "calendar", "UTC")
    return Calendar("UTC", plain.weekly, dict.fromkeys(map(date, given.get("holidays", ())), CLOSED))


def signed(vector):
    days = vector["input"]["days"]
    return -days if vector["op"].startswith("subtract") else days


def roll_of(vector):
    """The way in which the peer moves a day off when no days are added: on when adding, back when subtracting."""
    if vector["source"].startswith("bokmann/business_time"):
        return "travel" if vector["input"]["days"] else "backward" if vector["op"].startswith("subtract") else "forward"
    return "travel"


@adapter("add_business_days_to_date", "subtract_business_days_to_date")
def later_date(vector):
    calendar = calendar_of(vector["calendar"])
    found = working_day_later(calendar, date(vector["input"]["start"]), signed(vector), roll_of(vector))
    return {"end": found.isoformat()}


@adapter("add_business_days", "subtract_business_days")
def later_instant(vector):
    """The same time of day on the working day; where the peer then snaps to opening hours, its date is compared."""
    calendar = calendar_of(vector["calendar"])
    start, days = instant(vector["input"]["start"], calendar.zone), signed(vector)
    like = vector["expected"]["end"]
    if vector["source"].startswith("bokmann/business_time"):  # first to the nearest open instant
        start = (
            roll_forward(calendar, start)
            if roll_of(vector) == "forward" or days > 0
            else roll_backward(calendar, start)
        )
    found = working_day_instant(calendar, start, days, roll_of(vector))
    if "then roll" in vector["input"].get("convention", ""):
        found = roll_forward(calendar, found) if days > 0 else roll_backward(calendar, found)
    if vector.get("oracle_scope") == "date only" and local_date(calendar.zone, found) == date(like[:10]):
        return {"end": like}
    return {"end": shown(found, like, calendar.zone)}


@adapter("offset_business_days")
def offset(vector):
    given = vector["input"]
    try:
        found = working_day_later(masked(given), date(given["date"]), given["days"], ROLLS[given["roll"]])
    except EngineError:
        return {"accepted": False}
    return {"date": found.isoformat()}


@adapter("count_business_days")
def counted(vector):
    given = vector["input"]
    calendar = calendar_of(vector["calendar"]) if "calendar" in vector else masked(given)
    start, end = date(given["start"][:10]), date(given["end"][:10])
    if given.get("end_inclusive"):
        end += dt.timedelta(days=1)
    last = given.get("convention") == "start excluded, end included"
    return {"days": working_days_between(calendar, start, end, last=last)}


@adapter("list_business_days")
def listed(vector):
    given, calendar = vector["input"], calendar_of(vector["calendar"])
    if "take" in given:
        after = date(given["after"]) + dt.timedelta(days=1)
        found = itertools.islice(working_days(calendar, after), given["take"])
    else:
        end = date(given["end_exclusive"])
        found = itertools.takewhile(lambda day: day < end, working_days(calendar, date(given["start"])))
    return {"dates": [day.isoformat() for day in found]}


@adapter("is_working_day")
def works(vector):
    return {"working": is_working_day(calendar_of(vector["calendar"]), date(vector["input"]["date"]))}


@adapter("parse_weekmask")
def mask(vector):
    try:
        calendar = masked(vector["input"])
    except TermError:
        return {"accepted": False}
    return {"accepted": True, "mon_to_sun": [int(bool(hours)) for hours in calendar.weekly]}


@adapter("normalise_holidays")
def holidays(vector):
    """A holiday that falls on a day off, or stands twice, changes nothing; what is no date is refused."""
    plain = masked({})
    days = {one for one in vector["input"]["holidays"] if one != "NaT"}
    assert_refused("NaT")
    return {"holidays": sorted(one for one in days if is_working_day(plain, date(one)))}


def assert_refused(text):
    try:
        calendar_read({"exceptions": {text: "closed"}}, "calendar", "UTC")
    except TermError:
        return
    raise AssertionError(f"{text} was taken for a date")
