"""Windows and periods."""

import datetime as dt

from slmo.core.anchored import anchored_window, rolling_window
from slmo.core.errors import TermError
from slmo.core.openslo import documents_check
from slmo.core.terms import agreement_parse
from slmo.core.units import format_instant, parse_instant
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import document


def plain(text):
    """An instant of the vectors, some of which give thousandths of a second, all of them zero."""
    return parse_instant(text.replace(".000Z", "Z"))


@adapter("window_for")
def window(vector):
    given = vector["input"]
    at = plain(given["at"])
    if given["type"] == "rolling":
        found = rolling_window(given["unit"], given["count"], at)
    else:
        date, clock = given["anchor"].split()
        anchor = dt.datetime.fromisoformat(f"{date} {clock:0>8}")
        found = anchored_window(given["unit"], given["count"], anchor, given["tz"], at)
    if "clamped" in vector:
        assert [plain(vector["clamped"][key]) for key in ("start", "end")] == list(found)
    likes = vector["expected"]
    return {
        key: likes[key] if plain(likes[key]) == one else format_instant(one)
        for key, one in zip(("start", "end"), found, strict=True)
    }


METRIC = {"metricSource": {"type": "x", "spec": {"query": "x"}}}
ROLLING = [{"duration": "1d", "isRolling": True}]
CALENDAR = {"startTime": "2022-01-01 00:00:00", "timeZone": "UTC"}


def slo(method, objective, window=None):
    return {
        "apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "slo"},
        "spec": {"service": "s", "budgetingMethod": method, "objectives": [objective],
                 "indicator": {"metadata": {"name": "i"}, "spec": {"ratioMetric": {"good": METRIC, "total": METRIC}}},
                 "timeWindow": ROLLING if window is None else window},
    }  # fmt: skip


LETTERS = {"Second": "s", "Minute": "m", "Hour": "h", "Day": "d", "Week": "w"}


@adapter("validate_window")
def accepted(vector):
    """A period of an agreement; what says neither or both kinds of window, or none or two, is OpenSLO's to refuse."""
    given = vector["input"]
    if "windows" in given:
        return {"accepted": not documents_check([slo("Occurrences", {"target": 0.9}, ROLLING * given["windows"])])}
    rolling, calendar = given.get("rolling", False), given.get("calendar", False)
    if rolling == calendar:
        window = ROLLING[0] | {"isRolling": rolling} | ({"calendar": CALENDAR} if calendar else {})
        return {"accepted": not documents_check([slo("Occurrences", {"target": 0.9}, [window])])}
    period = f"rolling {given['count']}{LETTERS.get(given['unit'], '?')}" if rolling else given["unit"].lower()
    try:
        agreement_parse([document(period=period if rolling or given["count"] == 1 else f"{given['count']} {period}")])
    except TermError:
        return {"accepted": False}
    return {"accepted": True}


@adapter("validate_slice_target")
def slice_target(vector):
    given = vector["input"]
    method = given.get("method", "Timeslices")
    objective = {"target": 0.9, "timeSliceWindow": "1m", "timeSliceTarget": given["time_slice_target"]}
    if method == "Timeslices":
        return {"accepted": not documents_check([slo(method, objective)])}
    try:  # of a ratio of events our own terms refuse what belongs to slices
        agreement_parse([document(indicator="ratio", good_when=f">= {given['time_slice_target']}")])
    except TermError:
        return {"accepted": False}
    return {"accepted": True}


COUNTS_AS = {"CountAsGood": "up", "CountAsBad": "down", "Ignore": "excluded"}


@adapter("composite_member_delay")
def delayed(vector):
    """What is not known of a part counts as its own objective says."""
    rule = COUNTS_AS.get(vector["input"]["when_delayed"], "?")
    try:
        agreement_parse([document(indicator="availability", unknown={"counts_as": rule})])
    except TermError:
        return {"accepted": False}
    return {"accepted": True}
