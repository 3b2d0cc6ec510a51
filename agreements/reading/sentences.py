"""Terms as sentences. Each is whole by itself, so that it can be translated whole."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slmo.core.budget import BurnWindow
from slmo.core.exclusions import Once, Recurring
from slmo.core.periods import rolling_seconds
from slmo.core.recurrence import rule_check
from slmo.core.terms import ObjectiveTerms, Target, Workload
from slmo.web import words

_n = gettext_lazy

TARGETS = {
    ">=": _n("At least %(value)s"),
    ">": _n("More than %(value)s"),
    "<=": _n("At most %(value)s"),
    "<": _n("Less than %(value)s"),
}
OPERATORS = {
    ">=": _n("at least %(value)s"),
    ">": _n("more than %(value)s"),
    "<=": _n("at most %(value)s"),
    "<": _n("less than %(value)s"),
}
PERIODS = {
    "day": _n("Each day is judged by itself."),
    "week": _n("Each week, Monday to Sunday, is judged by itself."),
    "month": _n("Each calendar month is judged by itself."),
    "quarter": _n("Each quarter is judged by itself."),
    "half": _n("Each half-year is judged by itself."),
    "year": _n("Each calendar year is judged by itself."),
    "contract-month": _n("Each month, counted from the day on which the agreement took effect, is judged by itself."),
    "contract-year": _n("Each year, counted from the day on which the agreement took effect, is judged by itself."),
}
ALLOWANCES = {
    "day": _n("%(length)s of an average day may be down."),
    "week": _n("%(length)s of an average week may be down."),
    "month": _n("%(length)s of an average month may be down."),
    "quarter": _n("%(length)s of an average quarter may be down."),
    "half": _n("%(length)s of an average half-year may be down."),
    "year": _n("%(length)s of an average year may be down."),
    "contract-month": _n("%(length)s of an average month may be down."),
    "contract-year": _n("%(length)s of an average year may be down."),
}
INSTEAD = {
    "day": _n("%(new)s instead of %(old)s of an average day may be down."),
    "week": _n("%(new)s instead of %(old)s of an average week may be down."),
    "month": _n("%(new)s instead of %(old)s of an average month may be down."),
    "quarter": _n("%(new)s instead of %(old)s of an average quarter may be down."),
    "half": _n("%(new)s instead of %(old)s of an average half-year may be down."),
    "year": _n("%(new)s instead of %(old)s of an average year may be down."),
    "contract-month": _n("%(new)s instead of %(old)s of an average month may be down."),
    "contract-year": _n("%(new)s instead of %(old)s of an average year may be down."),
}
UNKNOWN = {
    "up": _n("Time about which nothing is known counts as up."),
    "down": _n("Time about which nothing is known counts as down."),
    "excluded": _n("Time about which nothing is known is left out."),
}
UNKNOWN_SLICES = {
    "up": _n("A slice about which nothing is known counts as good."),
    "down": _n("A slice about which nothing is known counts as bad."),
    "excluded": _n("A slice about which nothing is known is left out."),
}
UNKNOWN_AFTER = {
    "up": _n("Without news the last known state holds for %(length)s; after that the time counts as up."),
    "down": _n("Without news the last known state holds for %(length)s; after that the time counts as down."),
    "excluded": _n("Without news the last known state holds for %(length)s; after that the time is left out."),
}
MAINTENANCE = {
    "excluded": _n("Agreed maintenance is left out."),
    "counted": _n("Maintenance counts like any other time."),
}
AMENDMENT = {
    "split": _n("Where an amendment takes effect inside a period, each part is judged by its own version."),
    "start-of-period": _n("The version at the start of a period rules the whole of it."),
}
_PAGE = _n("Somebody is called when %(share)s of the error budget burns within %(long)s, the last %(short)s included.")
_TICKET = _n(
    "A ticket is opened when %(share)s of the error budget burns within %(long)s, the last %(short)s included."
)
WEEKDAYS = (_n("Monday"), _n("Tuesday"), _n("Wednesday"), _n("Thursday"), _n("Friday"), _n("Saturday"), _n("Sunday"))
WEEKDAYS_SHORT = (_n("Mon"), _n("Tue"), _n("Wed"), _n("Thu"), _n("Fri"), _n("Sat"), _n("Sun"))


def target_value(target: Target) -> str:
    """Return the limit of a target: "99.9 %", "0.3" or "4 h"."""
    return quantity(target.value, target.unit)


def quantity(value: Fraction, unit: str) -> str:
    """Return a value in its unit (%, number or seconds) with all its decimals and no more."""
    if unit == "%":
        return words.percent_exact(value)
    if unit == "seconds":
        return words.duration(value)
    places = next((n for n in range(10) if (value * 10**n).denominator == 1), 9)
    return words.number(value, places)


def service_length(seconds: int) -> str:
    """Return a length on the clock of the service hours: in hours and minutes, never in days of unequal length."""
    hours, rest = divmod(seconds, 3600)
    parts = [words.number(hours) + words.NBSP + words.unit_short("h")] if hours else []
    return words.NBSP.join([*parts, words.duration(rest)] if rest or not parts else parts)


def target_sentence(terms: ObjectiveTerms) -> str:
    """Return the target in words: "At least 99.9 %"."""
    if terms.target is None:
        return _("A person states with evidence whether it was met.")
    return TARGETS[terms.target.op] % {"value": target_value(terms.target)}


def period_sentence(period: str) -> str:
    """Return over which time the objective is judged."""
    rolling = rolling_seconds(period)
    if rolling:
        return _("At any moment the span of %(span)s before it is judged.") % {"span": words.duration(rolling)}
    return str(PERIODS[period])


def allowance_sentence(period: str, seconds: Fraction) -> str:
    """Return how long the service may be down."""
    rolling, length = rolling_seconds(period), words.duration(seconds)
    if rolling:
        return _("%(length)s of any %(span)s may be down.") % {"length": length, "span": words.duration(rolling)}
    return ALLOWANCES[period] % {"length": length}


def instead_sentence(period: str, old: Fraction, new: Fraction) -> str:
    """Return what a changed target means: so long instead of so long."""
    rolling, values = rolling_seconds(period), {"old": words.duration(old), "new": words.duration(new)}
    if rolling:
        span = {"span": words.duration(rolling)}
        return _("%(new)s instead of %(old)s of any %(span)s may be down.") % (values | span)
    return INSTEAD[period] % values


def hours_sentence(terms: ObjectiveTerms) -> str:
    """Return when the service counts."""
    if terms.hours is None:
        return _("Around the clock, every day.")
    return _("In the hours of the calendar “%(calendar)s”.") % {"calendar": terms.hours}


def scope_sentence(terms: ObjectiveTerms) -> str:
    """Return which facts count, and how several places unite."""
    if terms.indicator not in ("availability", "outages"):
        if not terms.scope:
            return _("Facts from everywhere count.")
        return _("Only facts from these places count: %(places)s.") % {"places": ", ".join(terms.scope)}
    if not terms.scope:
        if terms.unite == "worst":
            return _("Facts from everywhere count; one place down is down.")
        return _("Facts from everywhere count; only all places down is down.")
    values = {"places": ", ".join(terms.scope)}
    if terms.unite == "worst":
        return _("Facts from these places count: %(places)s. One of them down is down.") % values
    return _("Facts from these places count: %(places)s. Only all of them down is down.") % values


def degraded_sentence(terms: ObjectiveTerms) -> str:
    """Return what degraded time counts as."""
    if terms.degraded == 1:
        return _("Degraded time counts as up.")
    if terms.degraded == 0:
        return _("Degraded time counts as down.")
    return _("Degraded time counts as good by %(share)s.") % {"share": words.percent_exact(terms.degraded)}


def unknown_sentence(terms: ObjectiveTerms) -> str:
    """Return what time without knowledge counts as, and from where on there is no verdict."""
    rule = terms.unknown
    if terms.indicator == "ratio":
        first = _("Time for which no events were counted is unknown.")
    elif terms.indicator == "slices":
        first = str(UNKNOWN_SLICES[rule.counts_as])
    elif rule.last_for:
        first = UNKNOWN_AFTER[rule.counts_as] % {"length": words.duration(rule.last_for)}
    else:
        first = str(UNKNOWN[rule.counts_as])
    if rule.indeterminate_above is None:
        return first
    share = words.percent_exact(rule.indeterminate_above)
    return (
        first
        + " "
        + _("If more than %(share)s of the counted time is unknown, no verdict is given.") % {"share": share}
    )


def outage_sentence(terms: ObjectiveTerms) -> str:
    """Return from which length on an outage counts, and how exactly."""
    if terms.minimum_outage:
        length = words.duration(terms.minimum_outage)
        first = _("Outages shorter than %(length)s do not count.") % {"length": length}
    else:
        first = _("Every outage counts, however short.")
    return first + (" " + _("Of an outage only complete minutes count.") if terms.whole_minutes else "")


WORKLOAD = {
    "period": _n("It holds while the volume of %(objective)s in a period is %(limit)s; beyond it is suspended."),
    "day": _n("It holds while the volume of %(objective)s in a day is %(limit)s; a day with more does not count."),
    "hour": _n("It holds while the volume of %(objective)s in an hour is %(limit)s; an hour with more does not count."),
    "target": _n(
        "It holds while the volume of %(objective)s in a period is %(limit)s; with more the target is %(target)s."
    ),
}


def workload_sentence(workload: Workload) -> str:
    """Return up to which volume a target holds, and what holds beyond it."""
    values = {
        "objective": workload.objective,
        "limit": str(OPERATORS[workload.limit.op] % {"value": target_value(workload.limit)}),
        "target": str(OPERATORS[workload.beyond.op] % {"value": target_value(workload.beyond)})
        if workload.beyond
        else "",
    }
    return str(WORKLOAD[workload.per if workload.beyond is None else "target"]) % values


def alerts_sentence(alerts: Sequence[BurnWindow]) -> str:
    """Return when people are warned before the target is missed."""
    said = [
        (_PAGE if one.severity == "page" else _TICKET)
        % {
            "share": words.percent_exact(one.share),
            "long": words.duration(one.long, 2),
            "short": words.duration(one.short, 2),
        }
        for one in alerts
    ]
    return " ".join(said) or _("No warning is given while the error budget burns.")


def exclusion_sentence(one: Once | Recurring, zone: str) -> str:
    """Return when time is left out by agreement."""
    if isinstance(one, Once):
        start, end = words.when(one.start, zone), words.when(one.end, zone)
        text = _("From %(start)s to %(end)s") % {"start": start, "end": end}
    else:
        text = _("%(rule)s, at %(clock)s for %(length)s, from %(first)s on") % {
            "rule": rule_sentence(one.rule),
            "clock": f"{one.first:%H:%M}",
            "length": words.duration(one.seconds),
            "first": words.day(one.first.date()),
        }
    return f"{text}: {one.reason}" if one.reason else text


def rule_sentence(rule: str) -> str:
    """Return a recurrence in words where it is a plain one, else the rule of RFC 5545 itself."""
    parts: Mapping[str, str] = rule_check(rule)
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    match (parts["FREQ"], sorted(set(parts) - {"FREQ"})):
        case ("DAILY", []):
            return _("Every day")
        case ("WEEKLY", ["BYDAY"]) if all(day in _DAYS for day in days):
            return _("Every week: %(days)s") % {"days": ", ".join(str(_DAYS[day]) for day in days)}
        case ("MONTHLY", ["BYDAY"]) if len(days) == 1 and days[0][:-2] in _ORDINALS and days[0][-2:] in _DAYS:
            return _ORDINALS[days[0][:-2]] % {"day": _DAYS[days[0][-2:]]}
        case _other:
            return _("By the rule %(rule)s") % {"rule": rule}


_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), WEEKDAYS, strict=True))
_ORDINALS = {
    "1": _n("Every month: %(day)s, the first"),
    "2": _n("Every month: %(day)s, the second"),
    "3": _n("Every month: %(day)s, the third"),
    "4": _n("Every month: %(day)s, the fourth"),
    "-1": _n("Every month: %(day)s, the last"),
}
