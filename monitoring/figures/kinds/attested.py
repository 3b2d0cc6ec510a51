"""Attested: who stated what, on which proof."""

from typing import Any

from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut
from monitoring.figures.kinds.base import Figure, KindFigure, Step, count_text, readers_of
from slmo.core.facts.statements import Statement
from slmo.core.terms import ObjectiveTerms
from slmo.web import words


class AttestedFigure(KindFigure):
    """A person's statement."""

    name = "attested"
    template = "monitoring/kinds/attested.html"

    def sentence(self, figure: Figure) -> str:
        """Say what was stated."""
        if figure.verdict == "no_data":
            return _("Nobody has stated anything about this period.")
        values = {name: words.duration(figure.seconds.get(name, 0), 2) for name in ("down", "unknown")}
        return {
            "met": _("It was stated on evidence that the obligation was met for the whole period."),
            "breached": _("It was stated on evidence that the obligation was not met for %(down)s."),
            "indeterminate": _("What was stated leaves %(unknown)s of the period open."),
            "on_track": _("So far it was stated on evidence that the obligation is met."),
        }.get(figure.verdict, "") % values

    def note(self, figure: Figure) -> str:
        """Say that there is no number."""
        return _("by a person’s statement")

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Sum what was stated."""
        stated, counted = figure.seconds.get("up", 0), figure.total
        return [
            Step(_("Counted time"), "", count_text(counted), words.duration(counted)),
            Step(_("Stated as met"), "", words.number(stated), words.duration(stated)),
            Step(_("Stated as not met"), "", words.number(figure.seconds.get("down", 0)), ""),
            Step(_("Not stated"), "", words.number(figure.seconds.get("unknown", 0)), ""),
        ]

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return the statements that cover the period, the last one first, since it holds."""
        reader = next(iter(readers_of(cut)), None)
        listed = reader.asked.facts.statements.in_scope(reader.terms.scope) if reader else ()
        inside = [one for one in listed if one.start < cut.window.end and one.end > cut.window.start]
        people = ", ".join(dict.fromkeys(one.by for one in reversed(inside)))
        said = _("stated by %(people)s") % {"people": people} if people else ""
        return {"statements": [_shown(one, cut.terms.timezone) for one in reversed(inside)], "note": said}


def _shown(one: Statement, zone: str) -> dict[str, Any]:
    """Return a statement as its card shows it."""
    return {
        "met": one.met,
        "verdict": "met" if one.met else "breached",
        "by": one.by,
        "evidence": one.evidence,
        "from_text": words.when(one.start, zone),
        "until_text": words.when(one.end, zone),
    }
