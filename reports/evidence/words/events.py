"""The events that decide, as sentences."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.figures.numbers import figure_text, value_text
from monitoring.figures.objective import period_label
from monitoring.instants import moment_of
from slmo.core.result import PLACES
from slmo.core.units import truncate
from slmo.web import words


def events_shown(figures: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return each event with what it cost and what its absence would have changed."""
    return [
        {
            "events": [_event(event, figures) for event in one["events"]],
            "turns": one["turns"],
            "sentence": _sentence(one, figures, zone),
            "verdict": one["without"]["verdict"],
        }
        for one in figures["events"]
    ]


def _event(event: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    lost = Fraction(event["lost"])
    by_time = event["by_time"] or figures["kind"] == "outages"
    return {
        "when": words.when(event["start"], figures["zone"])
        if by_time
        else words.day(moment_of(event["start"]).astimezone(ZoneInfo(figures["zone"])).date()),
        "lost": words.duration(lost) if by_time else _("%(count)s lost") % {"count": words.number(lost)},
        "references": event["references"],
        "url": facts_url(figures, event),
    }


def facts_url(figures: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Return where the facts of an event stand."""
    indicator = figures["indicator"]
    address = reverse("indicator", args=[indicator["service"], indicator["slug"]])
    day = moment_of(event["end"]).astimezone(ZoneInfo(figures["zone"])).date()
    wanted = {"q": event["references"][0]} if event["references"] else {"until": day.isoformat()}
    return f"{address}?{urlencode(wanted)}"


def _sentence(one: Mapping[str, Any], figures: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Say how the period would have been judged without the events."""
    without = one["without"]
    values = {
        "period": period_label(moment_of(one["start"]), moment_of(one["end"]), zone, inside=True),
        "figure": _figure(without, figures["target"]),
        "target": figures["target"],
    }
    if one["turns"] and without["figure"] is None:
        return _("Without it, nothing would have counted against the target in %(period)s.") % values
    if one["turns"] and len(one["events"]) > 1:
        return _("Without both, %(period)s would have met the target with %(figure)s.") % values
    if one["turns"]:
        return _("Without it, %(period)s would have met the target with %(figure)s.") % values
    if one["with"]["verdict"] == "met":
        return _("%(period)s was met all the same; without it the figure would have been %(figure)s.") % values
    return _("Without it, %(period)s would have come to %(figure)s.") % values


def _figure(judged: Mapping[str, Any], target: str) -> str:
    if judged["figure"] is None:
        return words.DASH
    if judged["has_value"]:
        return value_text(judged["figure"], target)
    return figure_text(truncate(Fraction(judged["figure"]), PLACES), target)
