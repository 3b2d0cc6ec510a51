"""What each kind of objective promises, in sentences: its target, what that means in practice, its own terms."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from agreements.reading.allowance import down_allowed
from agreements.reading.sentences import (
    OPERATORS,
    allowance_sentence,
    instead_sentence,
    quantity,
    target_sentence,
    target_value,
)
from slmo.core.terms import ObjectiveTerms, Target, Version
from slmo.core.terms.own import Reduce
from slmo.web import words

_n = gettext_lazy

# What may go wrong of a round number, by kind: one of them, and several.
OF_ALL: Mapping[str, Any] = {
    "ratio": ngettext_lazy("%(bad)s of %(all)s events may be bad.", "%(bad)s of %(all)s events may be bad.", "count"),
    "slices": ngettext_lazy("%(bad)s of %(all)s slices may be bad.", "%(bad)s of %(all)s slices may be bad.", "count"),
    "tasks": ngettext_lazy("%(bad)s of %(all)s tasks may be late.", "%(bad)s of %(all)s tasks may be late.", "count"),
}
OF_ALL_INSTEAD = {
    "ratio": _n("Bad events allowed of %(all)s: %(new)s instead of %(old)s."),
    "slices": _n("Bad slices allowed of %(all)s: %(new)s instead of %(old)s."),
    "tasks": _n("Late tasks allowed of %(all)s: %(new)s instead of %(old)s."),
}
NOT_ONE = {
    "ratio": _n("Not one event may be bad."),
    "slices": _n("Not one slice may be bad."),
    "tasks": _n("Not one task may be late."),
}
REDUCED = {
    "mean": _n("Mean"), "sum": _n("Sum"), "min": _n("Smallest value"), "max": _n("Largest value"),
    "count": _n("Number of samples"), "last": _n("Last value"),
}  # fmt: skip
OUTAGE_FIGURES = {
    "longest": _n("Longest outage"),
    "mttr": _n("Mean time to restore"),
    "mtbf": _n("Mean time between failures"),
}


def promise_sentence(terms: ObjectiveTerms) -> str:
    """Return the target in words: "At least 99.9 %", "p95: at most 0.3", "At most 2 outages"."""
    target = terms.target
    if target is None or terms.indicator not in ("value", "outages"):
        return target_sentence(terms)
    if terms.indicator == "outages" and terms.own.reduce == "count":
        return outages_sentence(target)
    figure = reduced(terms.own.reduce) if terms.indicator == "value" else OUTAGE_FIGURES[terms.own.reduce]
    limit = OPERATORS[target.op] % {"value": target_value(target)}
    return _("%(figure)s: %(limit)s") % {"figure": figure, "limit": limit}


def outages_sentence(target: Target) -> str:
    """Return how many outages there may be."""
    count, values = int(target.value), {"count": target_value(target)}
    match target.op:
        case "<=":
            return ngettext("At most %(count)s outage", "At most %(count)s outages", count) % values
        case "<":
            return ngettext("Less than %(count)s outage", "Less than %(count)s outages", count) % values
        case ">=":
            return ngettext("At least %(count)s outage", "At least %(count)s outages", count) % values
        case _more:
            return ngettext("More than %(count)s outage", "More than %(count)s outages", count) % values


def reduced(how: Reduce) -> str:
    """Return the name of what several samples become: "p95", "Mean"."""
    if how.share is None:
        return str(REDUCED[how.how])
    return f"p{words.percent_exact(how.share).removesuffix(f'{words.NBSP}%')}"


def consequence_sentence(version: Version, terms: ObjectiveTerms) -> str:
    """Return what a target means in practice; empty where it says all itself."""
    target = terms.target
    if target is None:
        return ""
    if terms.indicator == "availability":
        allowed = down_allowed(version, terms)
        return "" if allowed is None else allowance_sentence(terms.period, allowed)
    if terms.indicator in OF_ALL:
        bad, of = bad_of(target.value)
        return of_all_sentence(terms.indicator, bad, of) if bad else str(NOT_ONE[terms.indicator])
    return _samples_sentence(terms.own.reduce, target) if terms.indicator == "value" else ""


def bad_of(share: Fraction, least: int = 100) -> tuple[int, int]:
    """Return how many of a round number may be bad: a share of 0.995 leaves 5 of 1 000."""
    of = least
    while ((1 - share) * of).denominator != 1 and of < 10**9:
        of *= 10
    return int((1 - share) * of), of


def of_all_sentence(kind: str, bad: int, of: int) -> str:
    """Return how many of a round number may be bad, as a sentence."""
    return str(OF_ALL[kind] % {"bad": words.number(bad), "all": words.number(of), "count": bad})


def _samples_sentence(how: Reduce, target: Target) -> str:
    """Return how many samples may lie beyond the limit; empty for a figure that does not say it."""
    upper = target.op in ("<=", "<")
    value = {"value": target_value(target)}
    if how.how == ("max" if upper else "min"):
        return (
            _("Not one sample may be above %(value)s.") if upper else _("Not one sample may be below %(value)s.")
        ) % value
    if how.share is None:
        return ""
    bad, of = bad_of(how.share if upper else 1 - how.share)
    values = {"bad": words.number(bad), "all": words.number(of), **value}
    if upper:
        return (
            ngettext(
                "%(bad)s of %(all)s samples may be above %(value)s.",
                "%(bad)s of %(all)s samples may be above %(value)s.",
                bad,
            )
            % values
        )
    return (
        ngettext(
            "%(bad)s of %(all)s samples may be below %(value)s.",
            "%(bad)s of %(all)s samples may be below %(value)s.",
            bad,
        )
        % values
    )


def change_sentence(old: Version, before: ObjectiveTerms, new: Version, after: ObjectiveTerms) -> str:
    """Return what a changed target means in practice; empty where it means the same or cannot be said."""
    if before.indicator != after.indicator or before.target is None or after.target is None:
        return ""
    if after.indicator == "availability" and before.period == after.period:
        since = new.effective_from  # both over the same days, so that only the terms make a difference
        once, now = down_allowed(old, before, since), down_allowed(new, after, since)
        same = once is None or now is None or once == now
        return "" if same else instead_sentence(after.period, once, now)  # type: ignore[arg-type]
    if after.indicator in OF_ALL and before.target.value != after.target.value:
        of = max(bad_of(before.target.value)[1], bad_of(after.target.value)[1])
        had, has = (int((1 - one.value) * of) for one in (before.target, after.target))
        values = {"all": words.number(of), "new": words.number(has), "old": words.number(had)}
        return str(OF_ALL_INSTEAD[after.indicator] % values)
    return ""


def bound_text(terms: ObjectiveTerms, bound: Fraction) -> str:
    """Return the bound of a credit tier in the unit of the objective's figure."""
    target = terms.target
    if target is None or terms.indicator not in ("value", "outages"):
        return words.percent_exact(bound)
    return quantity(bound, target.unit)
