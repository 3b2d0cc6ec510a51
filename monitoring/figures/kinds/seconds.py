"""Counted seconds in one sentence, and their arithmetic in steps that a reader can follow with a pocket calculator."""

from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.figures.kinds.base import Figure, Step
from monitoring.figures.numbers import target_share
from slmo.web.words import decimal_text, duration, number

COUNTED = ("up", "degraded", "down", "unknown")


def seconds_text(value: Fraction | int) -> str:
    """Return an exact number of seconds: whole where it is, else with the decimals that it has."""
    exact = Fraction(value)
    places = next((n for n in range(7) if (exact * 10**n).denominator == 1), 6)
    return decimal_text(exact, places)


def sentence_of_seconds(result: Figure) -> str:
    """Say in one sentence what a figure of counted seconds is and what it means."""
    if result.verdict == "no_data" or not result.total:
        return _("Nothing was counted in this period: there is no figure, and nothing to judge.")
    values = {
        "good": seconds_text(result.good),
        "total": seconds_text(result.total),
        "percent": result.text,
        "target": result.target_text,
        "left": _length(result.left),
    }
    return _SENTENCES()[result.verdict] % values


def _SENTENCES() -> dict[str, str]:  # noqa: N802 - a table, made when the language is known
    """Return the sentence for each verdict."""
    return {
        "met": _(
            "%(good)s of %(total)s counted seconds were good: %(percent)s, target %(target)s, "
            "met with %(left)s to spare."
        ),
        "breached": _(
            "%(good)s of %(total)s counted seconds were good: %(percent)s, target %(target)s, missed by %(left)s."
        ),
        "indeterminate": _(
            "%(good)s of %(total)s counted seconds were good: %(percent)s, but too much time is unknown "
            "to judge it against the target of %(target)s."
        ),
        "on_track": _(
            "%(good)s of %(total)s seconds counted so far were good: %(percent)s, target %(target)s, "
            "with %(left)s still to spare."
        ),
        "at_risk": _(
            "%(good)s of %(total)s seconds counted so far were good: %(percent)s, target %(target)s, "
            "with only %(left)s still to spare."
        ),
    }


def _length(seconds: Fraction | None) -> str:
    """Return a length for the sentence, without its sign: the words say which side of the target it lies on."""
    return duration(None if seconds is None else abs(seconds))


def steps_of(result: Figure, *, degraded: Fraction, unknown: str) -> list[Step]:
    """Return the arithmetic step by step.

    `degraded`: share of a degraded second that counts as good. `unknown`: what unknown counts as (up, down, excluded).
    """
    seconds = result.seconds
    whole = sum(seconds.values())
    out = whole - sum(seconds.get(name, 0) for name in COUNTED)
    total, good = result.total, result.good
    steps = [
        Step(_("Length of the period"), "", seconds_text(whole), duration(whole)),
        Step(
            _("Not counted"),
            _not_counted(result),
            f"− {seconds_text(out)}" if out else "0",
            duration(out) if out else "",
        ),
    ]
    if unknown == "excluded" and seconds.get("unknown"):
        left_out = seconds["unknown"]
        steps.append(Step(_("Unknown, left out by the terms"), "", f"− {seconds_text(left_out)}", duration(left_out)))
    steps.append(Step(_("Counted time"), "", f"= {seconds_text(total)}", duration(total)))
    steps.append(Step(_("Good time"), _good_sum(result, degraded, unknown), seconds_text(good), duration(good)))
    if total:
        quotient = f"{seconds_text(good)} ÷ {seconds_text(total)}"
        steps.append(
            Step(
                _("Achieved"),
                quotient,
                result.text,
                _exactly(good / total),
                strong=True,
            )
        )
    return steps + _judged(result, good, total)


def _exactly(share: Fraction) -> str:
    """Return a share with nine decimals, as it is stored; cut, not rounded."""
    return decimal_text(share * 100, 7) + " %…" if (share * 10**9).denominator != 1 else ""


def _amount(seconds: str, what: str) -> str:
    """Return a number of seconds with the class that they are of; languages differ in what comes first."""
    return pgettext("seconds of a class", "%(seconds)s %(what)s") % {"seconds": seconds, "what": what}


def _not_counted(result: Figure) -> str:
    """Return the classes that do not count, each with its seconds."""
    words = {
        "out_of_term": _("no version in force"),
        "out_of_hours": _("outside service hours"),
        "excluded": _("excluded"),
        "future": _("not yet"),
    }
    parts = [_amount(number(result.seconds[name]), word) for name, word in words.items() if result.seconds.get(name)]
    return " + ".join(parts)


def _good_sum(result: Figure, degraded: Fraction, unknown: str) -> str:
    """Return how the good seconds add up."""
    seconds = result.seconds
    parts = [_amount(number(seconds.get("up", 0)), _("up"))]
    if seconds.get("degraded") and degraded:
        weight = "" if degraded == 1 else f" × {decimal_text(degraded, 2)}"
        parts.append(_amount(number(seconds["degraded"]), _("degraded")) + weight)
    if seconds.get("unknown") and unknown == "up":
        parts.append(_amount(number(seconds["unknown"]), _("unknown, counted as up")))
    return " + ".join(parts)


def _judged(result: Figure, good: Fraction, total: Fraction) -> list[Step]:
    """Return the steps from the figure to the verdict."""
    share = target_share(result.target)
    if share is None or result.allowed is None or result.consumed is None:
        return []
    allowed, consumed = result.allowed, result.consumed
    base = allowed / (1 - share) if share != 1 else total
    left = allowed - consumed
    return [
        Step(
            _("May be lost"),
            f"(1 − {result.target_text}) × {seconds_text(base)}",
            seconds_text(allowed),
            duration(allowed),
        ),
        Step(
            _("Was lost"), f"{seconds_text(total)} − {seconds_text(good)}", seconds_text(consumed), duration(consumed)
        ),
        Step(_("Left") if left >= 0 else _("Over"), "", seconds_text(abs(left)), duration(abs(left)), strong=True),
    ]
