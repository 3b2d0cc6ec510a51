"""The moment that a page is asked about: `?known=2026-03-01T12:00` shows what was known then."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Objective
from monitoring.known import KnownRefused, known_moment, results_known
from monitoring.models import PeriodResult
from monitoring.selectors import result_get

NAME = "known"


class Asked(NamedTuple):
    """What was asked about: the moment (None: now), the text as typed, and why it cannot be answered."""

    at: Any = None
    text: str = ""
    error: str = ""


def known_asked(request: HttpRequest) -> Asked:
    """Return the moment that the address names; what is no past moment is an error for the reader."""
    text = request.GET.get(NAME, "").strip()
    if not text:
        return Asked()
    try:
        return Asked(known_moment(text, timezone.now()), text)
    except KnownRefused as refused:
        return Asked(None, text, str(refused))


def known_context(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Return what pages show of the moment: the field's value, what links have to carry on, and the way back to now."""
    query = request.GET.copy()
    query.pop(NAME, None)
    return {
        "at": asked.at,
        "value": timezone.localtime(asked.at).strftime("%Y-%m-%dT%H:%M") if asked.at else asked.text,
        "most": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "error": asked.error,
        "query": urlencode({NAME: asked.text}) if asked.at else "",
        "more": f"{urlencode({NAME: asked.text})}&" if asked.at else "",
        "kept": list(query.items()),
        "back": f"{request.path}?{query.urlencode()}" if query else request.path,
    }


def result_asked(request: HttpRequest, result_id: int) -> tuple[PeriodResult, Asked]:
    """Return a figure as known on the moment asked about, and that moment; raises DoesNotExist as `result_get`."""
    result, asked = result_get(request.user, result_id), known_asked(request)
    if asked.at is None:
        return result, asked
    shown = results_known(result.objective, [result], asked.at)
    if not shown:
        return result, Asked(None, asked.text, _("This period had not begun at that moment."))
    return shown[0], asked


def results_asked(
    objective: Objective, results: Sequence[PeriodResult], asked: Asked
) -> tuple[list[PeriodResult], Asked]:
    """Return an objective's figures as known on the moment asked about; where none had begun, those of now."""
    if asked.at is None:
        return list(results), asked
    shown = results_known(objective, results, asked.at)
    if not shown:
        return list(results), Asked(None, asked.text, _("Nothing was promised or recorded yet at that moment."))
    return shown, asked
