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
from monitoring.figures.numbers import engine_text, limit_written, target_of, target_text, target_written, value_text
from monitoring.figures.objective import period_label
from monitoring.instants import moment_of
from reports.forms import WhatIfForm
from reports.months import month_add
from reports.services.whatif import Line, Replay, clause_agreed, span_known, target_agreed, whatif_run
from slmo.accounts.policy import require
from slmo.core.compliance import Verdict
from slmo.core.errors import EngineError
from slmo.core.terms import Agreement, ObjectiveTerms
from slmo.core.terms.model import Target
from slmo.core.units import Window
from slmo.web.charts import achieved_bars, value_periods, whatif_bars
from slmo.web.charts.base import unit_of
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
    form = WhatIfForm(request.GET or None, clause=_clause(objective))
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
    clause = clause_agreed(terms, objective.name)
    usable = form.is_valid() or not form.is_bound
    changes = form.changes() if usable else {}
    window = _window(objective, form, terms)
    try:
        replay = whatif_run(objective=objective, changes=changes, window=window, actor=request.user, now=timezone.now())
    except EngineError as error:
        form.add_error(None, engine_sentence(error))
        changes = {}
        replay = whatif_run(objective=objective, changes={}, window=window, actor=request.user, now=timezone.now())
    asked = target_of(changes["target"]) if "target" in changes else agreed
    texts = [target_written(one) if one else "" for one in (agreed, asked)]
    lines = [_row(line, texts, ZoneInfo(terms.timezone)) for line in reversed(replay.lines)]
    return {
        "replay": replay,
        "missed_now": replay.missed("now"),
        "missed_then": replay.missed("then"),
        "judged_now": replay.judged("now"),
        "judged_then": replay.judged("then"),
        "credit_now": replay.credit("now"),
        "credit_then": replay.credit("then"),
        "changed": bool(changes),
        "agreed": target_text(texts[0]),
        "asked": target_text(texts[1]),
        "agreed_number": limit_written(agreed).removesuffix("%") if agreed else "",
        "by_share": form.by_share,
        "by_time": clause is not None and clause.indicator == "availability",
        "break_even": _strictest(replay.break_even, asked),
        "currency": terms.currency,
        "lines": lines,
        "telling": [row for row in lines if row["telling"]],
        "ladder": _ladder(request, replay),
        "chart": _chart(replay, agreed, asked, ZoneInfo(terms.timezone), changed=bool(changes)),
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


def _clause(objective: Objective) -> ObjectiveTerms | None:
    """Return the terms that can be varied; None where nothing is signed."""
    try:
        return clause_agreed(terms_of(objective.agreement), objective.name)
    except Version.DoesNotExist:
        return None


def _strictest(figure: Fraction | None, target: Target | None) -> str:
    """Return the strictest target that all periods would have met, cut off; an empty text where there is none."""
    if figure is None or target is None:
        return ""
    if target.unit == "%" and target.op in (">=", ">"):
        return percent(figure, places_for(target.value))
    return value_text(str(figure), target_written(target))


def _row(line: Line, targets: Sequence[str], zone: ZoneInfo) -> dict[str, Any]:
    """Return one period of the table, beside the agreed target and the asked one."""
    label = period_label(moment_of(line.window.start), moment_of(line.window.end), zone)
    return {
        "label": label,
        "line": line,
        "now": engine_text(line.now, targets[0]),
        "then": engine_text(line.then, targets[1]),
        "telling": {line.now.verdict, line.then.verdict} != {Verdict.MET},
    }


def _with_target(request: HttpRequest, target: Target) -> str:
    """Return this page's own query string with another target."""
    query = request.GET.copy()
    by_share = target.unit == "%" and target.op in (">=", ">")
    query["target"] = limit_written(target).removesuffix("%") if by_share else limit_written(target)
    return f"?{query.urlencode()}"


def _ladder(request: HttpRequest, replay: Replay) -> list[dict[str, Any]]:
    """Return the usual targets with how many periods would have missed each, and what each allows in 30 days."""
    most = max((rung.missed for rung in replay.ladder), default=0) or 1
    return [
        {
            "target": target_text(target_written(rung.target)),
            "missed": rung.missed,
            "here": rung.here,
            "width": f"{rung.missed * 100 / most:g}",  # for SVG: a point in every language
            "allowed": (1 - rung.target.value) * 30 * 86_400,  # thirty days around the clock
            "url": _with_target(request, rung.target),
        }
        for rung in replay.ladder
    ]


def _chart(
    replay: Replay, agreed: Target | None, asked: Target | None, zone: ZoneInfo, *, changed: bool
) -> dict[str, Any] | None:
    """Return the bars of both judgements side by side, one alone while nothing is changed; None without any period."""
    lines = replay.lines[-BARS_MOST:]
    if not lines or agreed is None or asked is None:
        return None
    before, after = (_bars(lines, which, target, zone) for which, target in (("now", agreed), ("then", asked)))
    if agreed.unit != "%" or agreed.op not in (">=", ">"):
        return _value_chart(before if changed else None, after, asked)
    label = _("target %(target)s") % {"target": percent_exact(asked.value)}
    if not changed:
        return achieved_bars(after, asked.value, target_label=label)
    labels = {
        "before": _("as agreed"),
        "after": _("as asked"),
        "before_target": _("agreed %(target)s") % {"target": percent_exact(agreed.value)},
        "after_target": _("asked %(target)s") % {"target": percent_exact(asked.value)},
    }
    return whatif_bars(before, after, before_target=agreed.value, after_target=asked.value, labels=labels)


def _value_chart(
    before: Sequence[dict[str, Any]] | None, after: Sequence[dict[str, Any]], asked: Target
) -> dict[str, Any]:
    """Return the bars of values, in the unit that suits the largest one."""
    shown = [one["value"] for one in [*(before or ()), *after] if one["value"] is not None]
    size, unit = Fraction(1), ""
    if asked.unit == "seconds":
        seconds, unit = unit_of(Fraction(max([*shown, float(asked.value)])))
        size = Fraction(seconds)
    elif asked.unit == "%":
        size, unit = Fraction(1, 100), "%"

    def sized(bars: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one | {"value": None if one["value"] is None else one["value"] / float(size)} for one in bars]

    label = _("target %(target)s") % {"target": target_text(target_written(asked))}
    pale = sized(before) if before else None
    return value_periods(sized(after), float(asked.value / size), limit_label=label, unit=unit, before=pale)


def _bars(lines: Sequence[Line], which: str, target: Target, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the bars of one judgement."""
    found, written = [], target_written(target)
    for line in lines:
        figures = getattr(line, which)
        label = period_label(moment_of(line.window.start), moment_of(line.window.end), zone, short=True)
        told = f"{label}: {engine_text(figures, written)}"
        value = None if figures.figure is None else float(figures.figure)
        bar = {"label": label, "achieved": figures.achieved, "value": value, "verdict": figures.verdict, "text": told}
        found.append(bar)
    return found
