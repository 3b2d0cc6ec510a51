"""Availability: seconds of good time, and the outages that took the rest."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut, outages_of
from monitoring.figures.kinds.base import Figure, KindFigure, Step
from monitoring.figures.kinds.seconds import seconds_text, sentence_of_seconds, steps_of
from monitoring.figures.objective import budget_of, outage_shown, timeline_of
from slmo.core.terms import ObjectiveTerms


class AvailabilityFigure(KindFigure):
    """Good seconds of all counted seconds."""

    name = "availability"
    template = "monitoring/kinds/availability.html"

    def sentence(self, figure: Figure) -> str:
        """Say how many seconds were good, and what was left or missed."""
        return sentence_of_seconds(figure)

    def note(self, figure: Figure) -> str:
        """Name the counted time."""
        return _("of %(total)s counted seconds") % {"total": seconds_text(figure.total)}

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Count seconds."""
        if terms is None:
            return steps_of(figure, degraded=Fraction(1), unknown="excluded")
        return steps_of(figure, degraded=terms.degraded, unknown=terms.unknown.counts_as)

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return the outages, along time and in a table, and the budget's line."""
        outages = outages_of(cut)
        return {
            "budget_line": budget_of(cut),
            "timeline": timeline_of(cut, outages),
            "outages": [outage_shown(outage, cut.terms.timezone) for outage in outages],
            "lost": sum(outage.seconds for outage in outages),
        }
