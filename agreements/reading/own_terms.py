"""The terms that only one kind of objective has, in sentences: what is judged, limits, slices, the clock of tasks."""

from collections.abc import Callable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.reading.kinds import reduced
from agreements.reading.sentences import OPERATORS, service_length, target_value
from slmo.core.terms import ObjectiveTerms
from slmo.core.terms.own import Reduce, SlicesTerms, TasksTerms
from slmo.web import words

_n = gettext_lazy
Own = Iterator[tuple[str, str, str]]  # key, label, sentence

REDUCED_OF = {
    "mean": _n("The mean of all samples in counted time."),
    "sum": _n("The sum of all samples in counted time."),
    "min": _n("The smallest of all samples in counted time."),
    "max": _n("The largest of all samples in counted time."),
    "count": _n("The number of samples in counted time."),
    "last": _n("The last sample in counted time."),
}
SLICE_OF = {
    "mean": _n("Several values in one slice become their mean."),
    "sum": _n("Several values in one slice become their sum."),
    "min": _n("Of several values in one slice the smallest counts."),
    "max": _n("Of several values in one slice the largest counts."),
    "count": _n("The value of a slice is the number of its samples."),
    "last": _n("Of several values in one slice the last counts."),
}
OUTAGE_MEANS = {
    "count": _n("The number of outages in a period; one that reaches into the next counts in both."),
    "longest": _n("The counted time of the longest outage in a period."),
    "mttr": _n("The counted time down in a period, divided by the number of outages."),
    "mtbf": _n("The counted time up in a period, divided by the number of outages."),
}
CLOCKS = {
    "responded": _n("The clock stops when a task is first answered."),
    "resolved": _n("The clock stops when a task is solved."),
}
COUNTS_IN = {
    "opened": _n("A task belongs to the period in which it was opened."),
    "resolved": _n("A task belongs to the period in which it was done, or became overdue."),
}


def own_clauses(terms: ObjectiveTerms) -> Own:
    """Yield the terms that only this kind of objective has."""
    if terms.indicator in OWN_CLAUSES:
        yield from OWN_CLAUSES[terms.indicator](terms)


def _idle(terms: ObjectiveTerms, none: str | Promise, met: str | Promise) -> Own:
    yield "no_traffic", _("Nothing happened"), str(met if terms.own.idle_is_met else none)


def _ratio(terms: ObjectiveTerms) -> Own:
    yield "judged", _("Judged"), _("The share of good events among all that begin in counted time.")
    yield from _idle(
        terms, _n("A period without any event has no data."), _n("A period without any event counts as met.")
    )


def _method(how: Reduce) -> str:
    if how.share is None:
        return ""
    if how.linear:
        return _("Between two samples the percentile is interpolated.")
    return _("The percentile is a value that was measured (nearest rank).")


def _slices(terms: ObjectiveTerms) -> Own:
    own: SlicesTerms = terms.own
    yield "judged", _("Judged"), _("The share of good slices among all that begin in counted time.")
    length = words.duration(own.slice)
    yield (
        "slice",
        _("Slice"),
        _("A slice is %(length)s long; the first of a day begins at local midnight.") % {"length": length},
    )
    limit = OPERATORS[own.good_when.op] % {"value": target_value(own.good_when)}
    yield (
        "good_when",
        _("Good slice"),
        _("A slice is good when its value, or its share of good events, is %(limit)s.") % {"limit": limit},
    )
    if own.reduce.share is None:
        several = str(SLICE_OF[own.reduce.how])
    else:
        several = _("Several values in one slice become their %(figure)s.") % {"figure": reduced(own.reduce)}
    yield "reduce", _("Several values"), f"{several} {_method(own.reduce)}".rstrip()
    yield from _idle(
        terms,
        _n("A period about which nothing is recorded has no data."),
        _n("A period about which nothing is recorded counts as met."),
    )


def _value(terms: ObjectiveTerms) -> Own:
    how: Reduce = terms.own.reduce
    if how.share is None:
        judged = str(REDUCED_OF[how.how])
    else:
        figure = {"figure": reduced(how)}
        judged = _("The percentile %(figure)s of all samples in counted time.") % figure
    yield "judged", _("Judged"), f"{judged} {_method(how)}".rstrip()
    yield from _idle(
        terms, _n("A period without any sample has no data."), _n("A period without any sample counts as met.")
    )


def _tasks(terms: ObjectiveTerms) -> Own:
    own: TasksTerms = terms.own
    yield "limit", _("Limit"), limits_sentence(own)
    still = _("It runs in service hours only and stands still while a task is paused.")
    yield "clock", _("Clock"), f"{CLOCKS[own.clock]} {still}"
    yield "counts_in", _("Counted in"), str(COUNTS_IN[own.counts_in])
    changed = (
        _("After a change of priority the new limit holds from the change on.")
        if own.from_change
        else _("After a change of priority the new limit holds for the whole task.")
    )
    yield "repriority", _("Change of priority"), changed
    yield from _idle(
        terms, _n("A period without any task has no data."), _n("A period without any task counts as met.")
    )


def limits_sentence(own: TasksTerms) -> str:
    """Return within which time tasks are to be done, by priority."""
    limits = dict(own.limits)
    named = list(own.priority or [name for name in limits if name])
    if not named:
        return _("Every task: %(length)s.") % {"length": service_length(limits[""])}
    named.sort(key=lambda name: (own.limit_of(name), name))
    listed = [
        _("%(priority)s: %(length)s") % {"priority": name, "length": service_length(own.limit_of(name))}
        for name in named
    ]
    return "; ".join(listed) + "."


def _outages(terms: ObjectiveTerms) -> Own:
    yield "judged", _("Judged"), str(OUTAGE_MEANS[terms.own.reduce])
    if terms.own.at_least:
        text = _("Only outages of at least %(length)s of counted time.") % {
            "length": words.duration(terms.own.at_least)
        }
    else:
        text = _("Every outage, however short.")
    yield "at_least", _("Which outages"), text


OWN_CLAUSES: Mapping[str, Callable[[ObjectiveTerms], Own]] = {
    "ratio": _ratio, "slices": _slices, "value": _value, "tasks": _tasks, "outages": _outages,
}  # fmt: skip
