"""Outages: how many, how long, and how long until the service worked again."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.cut import Cut, outages_of
from monitoring.figures.kinds.base import Figure, KindFigure, Step, count_text, readers_of
from monitoring.figures.numbers import target_of
from monitoring.figures.objective import outage_shown, timeline_of
from slmo.core.kinds.outages import Outages
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import parse_duration
from slmo.web import words
from slmo.web.charts import value_periods


class OutagesFigure(KindFigure):
    """A number of outages, or a length of time."""

    name = "outages"
    template = "monitoring/kinds/outages.html"

    def sentence(self, figure: Figure) -> str:
        """Say that there was no outage where a mean of none has no figure."""
        if figure.verdict in ("met", "on_track") and (not figure.text or figure.value == "0"):
            return " ".join((_("There was no outage that counts."), self.judged(figure)))
        return super().sentence(figure)

    def fact(self, figure: Figure) -> str:
        """Say how many there were, or how long they took."""
        values = {"figure": figure.text, "least": _least(figure)}
        reduce = figure.written.get("reduce")
        if reduce == "count":
            number = int(Fraction(figure.value or 0))
            if values["least"]:
                return ngettext(
                    "There was %(count)s outage of at least %(least)s.",
                    "There were %(count)s outages of at least %(least)s.",
                    number,
                ) % {"count": number, **values}
            return ngettext("There was %(count)s outage.", "There were %(count)s outages.", number) % {"count": number}
        return {
            "longest": _("The longest outage took %(figure)s of the time that counts."),
            "mttr": _("An outage took %(figure)s on average."),
            "mtbf": _("The service worked for %(figure)s on average for each outage."),
        }.get(str(reduce), _("The figure is %(figure)s.")) % values

    def note(self, figure: Figure) -> str:
        """Name the figure."""
        return outages_word(str(figure.written.get("reduce", "")))

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Name the figure and its limit."""
        steps = [Step(_("Counts from"), "", _least(figure))] if _least(figure) else []
        return [
            *steps,
            Step(self.note(figure).capitalize(), "", figure.text or words.DASH, strong=True),
            Step(_("Target"), "", figure.target_text),
            Step(_("Counted time"), "", count_text(figure.total), words.duration(figure.total)),
        ]

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return the outages with their counted lengths, along time and as bars."""
        least = cut.objective.own.at_least if cut.objective else 0
        runs = [run for one in readers_of(cut) if isinstance(one, Outages) for run in one.tally(one.ruling.window).runs]
        counted = [_run(start, seconds, least, cut) for start, seconds in runs]
        named = outages_of(cut)
        return {
            "timeline": timeline_of(cut, named),
            "lengths": _lengths(counted, cut) if counted else None,
            "runs": counted,
            "short": sum(not run["counts"] for run in counted),
            "at_least": words.duration(least) if least else "",
            "outages": [outage_shown(outage, cut.terms.timezone) for outage in named],
            "lost": sum(outage.seconds for outage in named),
        }


def outages_word(reduce: str) -> str:
    """Return what a figure of outages is called."""
    return {
        "count": _("number of outages"),
        "longest": _("longest outage"),
        "mttr": _("mean time to repair"),
        "mtbf": _("mean time between failures"),
    }.get(reduce, _("figure"))


def _least(figure: Figure) -> str:
    """Return the length from which on an outage counts; an empty text where all do."""
    written = figure.written.get("at_least")
    seconds = parse_duration(str(written)) if written else 0
    return words.duration(seconds) if seconds else ""


def _run(start: int, seconds: int, least: int, cut: Cut) -> dict[str, Any]:
    """Return one run of downtime as table and chart show it."""
    zone = cut.terms.timezone
    when = words.when(start, zone, seconds=bool(start % 60))
    return {
        "from_text": when,
        "label": words.day(words.instant_of(start).astimezone(words.zone_of(zone)).date()),
        "seconds": seconds,
        "counts": seconds >= least,
        "before": start < cut.window.start,
    }


def _lengths(runs: list[dict[str, Any]], cut: Cut) -> dict[str, Any] | None:
    """Return the lengths as bars in minutes, with the limit where it is one of length."""
    limit = target_of(cut.result.target)
    reduce = cut.objective.own.reduce if cut.objective else ""
    bound = float(limit.value) / 60 if limit and reduce in ("longest", "mttr") else None
    bars = [
        {
            "label": run["label"],
            "value": run["seconds"] / 60,
            "verdict": "breached" if run["counts"] else "excluded",
            "text": f"{run['from_text']}: {words.duration(run['seconds'])}",
        }
        for run in runs
    ]
    label = _("limit") if bound is not None else ""
    return value_periods(bars, bound, limit_label=label, unit=words.unit_short("min"))
