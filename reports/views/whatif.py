"""What if: one objective's terms changed, the same facts, every past period judged again."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Objective, Version
from agreements.selectors import objective_get, terms_of
from monitoring.figures.numbers import target_share
from monitoring.figures.objective import period_label
from monitoring.instants import moment_of
from reports.forms import WhatIfForm
from reports.months import month_add
from reports.services.whatif import Line, Replay, span_known, target_agreed, whatif_run
from slmo.accounts.policy import require
from slmo.core.compliance import Verdict
from slmo.core.errors import EngineError
from slmo.core.terms import Agreement
from slmo.core.units import Window
from slmo.web.charts import whatif_bars
from slmo.web.engine_words import engine_sentence
from slmo.web.pages import page
from slmo.web.words import percent, percent_exact, places_for

BARS_MOST = 60  # five years of months


@login_required
@require_safe
def whatif(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show which past periods would have been missed under other terms; the address holds them."""
    objective = objective_get(request.user, slug, name)
    require(request.user, "whatif_run", objective.agreement.provider, objective.agreement.customer)
    form = WhatIfForm(request.GET or None)
    context: dict[str, Any] = {
        "form": form,
        "objective": objective,
        "agreement": objective.agreement,
        "objective_url": reverse("objective", args=[slug, name]),
    }
    try:
        context |= _outcome(request, objective, form)
    except Version.DoesNotExist:
        context["unsigned"] = True
    return page(request, "reports/whatif.html", context, fragment="outcome")


def _outcome(request: HttpRequest, objective: Objective, form: WhatIfForm) -> dict[str, Any]:
    """Return the replay as the page shows it; terms that contradict each other become the form's error."""
    terms = terms_of(objective.agreement)
    agreed = target_agreed(terms, objective.name)
    usable = form.is_valid() or not form.is_bound
    changes = form.changes() if usable else {}
    window = _window(objective, form, terms)
    try:
        replay = whatif_run(objective=objective, changes=changes, window=window, actor=request.user, now=timezone.now())
    except EngineError as error:
        form.add_error(None, engine_sentence(error))
        changes = {}
        replay = whatif_run(objective=objective, changes={}, window=window, actor=request.user, now=timezone.now())
    share = target_share(changes["target"]) if "target" in changes else agreed
    places = max(places_for(one) if one else 2 for one in (share, agreed))
    lines = [_row(line, places, ZoneInfo(terms.timezone)) for line in reversed(replay.lines)]
    return {
        "replay": replay,
        "missed_now": replay.missed("now"),
        "missed_then": replay.missed("then"),
        "judged_now": replay.judged("now"),
        "judged_then": replay.judged("then"),
        "credit_now": replay.credit("now"),
        "credit_then": replay.credit("then"),
        "changed": bool(changes),
        "agreed": percent_exact(agreed),
        "asked": percent_exact(share),
        "agreed_number": _number(agreed),
        "asked_number": _number(share),
        "break_even": _cut(replay.break_even, share),
        "currency": terms.currency,
        "lines": lines,
        "telling": [row for row in lines if row["telling"]],
        "ladder": _ladder(request, replay),
        "chart": _chart(replay, agreed, share, ZoneInfo(terms.timezone)),
        "first": month_first(window, terms),
    }


def month_first(window: Window, terms: Agreement) -> date:
    """Return the month in which the replay begins, in the agreement's zone."""
    return moment_of(window.start).astimezone(ZoneInfo(terms.timezone)).date().replace(day=1)


def _window(objective: Objective, form: WhatIfForm, terms: Agreement) -> Window:
    """Return the time to replay: the months asked for, else all that is on record."""
    known = span_known(objective, timezone.now())
    data = getattr(form, "cleaned_data", {})
    zone = ZoneInfo(terms.timezone)
    first, last = data.get("first"), data.get("last")
    start = max(known.start, _midnight(first, zone)) if first else known.start
    end = min(known.end, _midnight(month_add(last, 1), zone)) if last else known.end
    return Window(start, max(start, end))


def _midnight(day: date, zone: ZoneInfo) -> int:
    """Return the first second of a local date."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _number(share: Fraction | None) -> str:
    """Return a share as a plain number of percent for an input field."""
    return "" if share is None else f"{float(share * 100):.6f}".rstrip("0").rstrip(".")


def _cut(share: Fraction | None, target: Fraction | None) -> str:
    """Return a percentage cut off beside its target; a dash where there is none."""
    return percent(share, places_for(target) if target else 2)


def _row(line: Line, places: int, zone: ZoneInfo) -> dict[str, Any]:
    """Return one period of the table."""
    label = period_label(moment_of(line.window.start), moment_of(line.window.end), zone)
    return {
        "label": label,
        "line": line,
        "now": percent(line.now.achieved, places),
        "then": percent(line.then.achieved, places),
        "telling": {line.now.verdict, line.then.verdict} != {Verdict.MET},
    }


def _with_target(request: HttpRequest, share: Fraction) -> str:
    """Return this page's own query string with another target."""
    query = request.GET.copy()
    query["target"] = _number(share)
    return f"?{query.urlencode()}"


def _ladder(request: HttpRequest, replay: Replay) -> list[dict[str, Any]]:
    """Return the usual targets with how many periods would have missed each, and what each allows in 30 days."""
    most = max((rung.missed for rung in replay.ladder), default=0) or 1
    return [
        {
            "target": percent_exact(rung.share),
            "missed": rung.missed,
            "here": rung.here,
            "width": f"{rung.missed * 100 / most:g}",  # for SVG: a point in every language
            "allowed": (1 - rung.share) * 30 * 86_400,  # thirty days around the clock
            "url": _with_target(request, rung.share),
        }
        for rung in replay.ladder
    ]


def _chart(replay: Replay, agreed: Fraction | None, asked: Fraction | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return the bars of both judgements side by side; None where there is nothing to draw."""
    lines = replay.lines[-BARS_MOST:]
    if not lines or agreed is None or asked is None:
        return None
    labels = {
        "before": _("as agreed"),
        "after": _("as asked"),
        "before_target": _("agreed %(target)s") % {"target": percent_exact(agreed)},
        "after_target": _("asked %(target)s") % {"target": percent_exact(asked)},
    }
    before, after = (_bars(lines, which, zone) for which in ("now", "then"))
    return whatif_bars(before, after, before_target=agreed, after_target=asked, labels=labels)


def _bars(lines: Sequence[Line], which: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the bars of one judgement."""
    found = []
    for line in lines:
        figures = getattr(line, which)
        label = period_label(moment_of(line.window.start), moment_of(line.window.end), zone, short=True)
        told = f"{label}: {percent(figures.achieved, 3)}"
        found.append({"label": label, "achieved": figures.achieved, "verdict": figures.verdict, "text": told})
    return found
