"""Share of good events: how each day went, and the buckets in which most went wrong."""

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut
from monitoring.figures.kinds.base import Counted, Figure, Step, count_text, readers_of
from monitoring.figures.numbers import percent_text, target_share, target_text
from slmo.core.facts import Buckets
from slmo.core.kinds.ratio import Ratio
from slmo.core.periods import local_days
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window, truncate
from slmo.web import words
from slmo.web.charts import ratio_days

WORST_MOST = 10


class RatioFigure(Counted):
    """Good events of all events."""

    name = "ratio"
    template = "monitoring/kinds/ratio.html"

    def fact(self, figure: Figure) -> str:
        """Say how many events were good."""
        values = {"good": count_text(figure.good), "total": count_text(figure.total), "figure": figure.text}
        if figure.open:
            return _("%(good)s of %(total)s events so far were good: %(figure)s.") % values
        return _("%(good)s of %(total)s events were good: %(figure)s.") % values

    def note(self, figure: Figure) -> str:
        """Name the number of events."""
        return _("of %(total)s events") % {"total": count_text(figure.total)}

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Count events."""
        return self.share_steps(figure, _("Events in counted time"), _("Good events"))

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return each day's share and number of events, and the worst buckets."""
        readers = [one for one in readers_of(cut) if isinstance(one, Ratio)]
        days = [day for one in readers for day in _days(one, cut)]
        worst = sorted((row for one in readers for row in _worst(one.counted, cut)), key=lambda row: -row["bad"])
        target = target_share(cut.result.target)
        chart = None
        if target is not None and days:
            label = _("target %(target)s") % {"target": target_text(cut.result.target)}
            chart = ratio_days(days, target, target_label=label, labels={"total": _("Events")})
        more = max(0, len(worst) - WORST_MOST)
        return {"days": days, "chart": chart, "worst": worst[:WORST_MOST], "worst_more": more}


def _days(reader: Ratio, cut: Cut) -> list[dict[str, Any]]:
    """Return each day's events; days without any are left out."""
    found = []
    for day, window in local_days(cut.terms.timezone, reader.ruling.window):
        tally = reader.tally(window.meet(reader.ruling.window))
        if tally.total:
            found.append(_day(day, tally.good, tally.total, cut))
    return found


def _day(day: date, good: Fraction, total: Fraction, cut: Cut) -> dict[str, Any]:
    """Return one day as chart and table show it."""
    share, target = good / total, target_share(cut.result.target)
    percent = percent_text(truncate(share, 9), cut.result.target)
    values = {"day": words.day(day), "percent": percent, "good": count_text(good), "total": count_text(total)}
    return {
        "date": day,
        "label": str(day.day),
        "achieved": share,
        "verdict": "met" if target is None or share >= target else "breached",
        "good": count_text(good),
        "bad": count_text(total - good),
        "total": total,
        "total_text": count_text(total),
        "percent": percent,
        "text": _("%(day)s: %(percent)s, %(good)s of %(total)s") % values,
    }


def _worst(buckets: Buckets, cut: Cut) -> list[dict[str, Any]]:
    """Return the buckets in which anything was bad."""
    bad = np.flatnonzero(np.asarray(buckets.good != buckets.total, dtype=np.bool_))
    zone, scale = cut.terms.timezone, buckets.scale
    found = []
    for place in bad.tolist():
        start, end = int(buckets.start[place]), int(buckets.end[place])
        good, total = Fraction(int(buckets.good[place]), scale), Fraction(int(buckets.total[place]), scale)
        found.append({
            "from_text": words.when(start, zone, seconds=bool(start % 60)),
            "length": words.duration(Window(start, end).seconds),
            "good": count_text(good),
            "total": count_text(total),
            "bad": total - good,
            "bad_text": count_text(total - good),
            "percent": percent_text(truncate(good / total, 9), cut.result.target),
        })  # fmt: skip
    return found
