"""The evidence beside a clause: of the draft as it is stored (GET), or of terms that are being edited (POST)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.errors import DocumentRefused
from agreements.models import Version
from agreements.selectors import version_get
from reports.evidence.backtest import backtest
from reports.evidence.question import Question, question_edited, question_of
from reports.evidence.words import outcome_shown
from slmo.accounts.policy import can, require
from slmo.core.errors import EngineError, TermError
from slmo.web.engine_words import engine_sentence
from slmo.web.pages import page

PAGE, COLUMN = "reports/evidence/page.html", "reports/evidence/_column.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Show what the draft's terms of one objective would have meant; the other side sees what was shared with it."""
    version = version_get(request.user, slug, number)
    if request.method == "POST":
        require(request.user, "evidence_view", version.agreement.provider)
        return _edited(request, version, name)
    question = question_of(version, name, timezone.now())
    if not can(request.user, "evidence_view", version.agreement.provider):
        return _shown(request, _frame(version, name) | {"withheld": True})
    return _shown(request, _frame(version, name) | _evidence(question))


def _edited(request: HttpRequest, version: Version, name: str) -> HttpResponse:
    """Show the evidence of posted terms, or say where they stand what cannot be used."""
    context = _frame(version, name) | {"edited": True}
    try:
        question = question_edited(version, name, request.POST, timezone.now())
        return _shown(request, context | _evidence(question))
    except (DocumentRefused, EngineError) as error:
        return _shown(request, context | _refusal(error), status=422)


def _evidence(question: Question) -> dict[str, Any]:
    """Return what the column shows."""
    return outcome_shown(backtest(question))


def _refusal(error: DocumentRefused | EngineError) -> dict[str, Any]:
    """Return the sentence for terms that cannot be used, and the key at fault."""
    key = error.key if isinstance(error, DocumentRefused | TermError) else ""
    sentence = engine_sentence(error) if isinstance(error, EngineError) else " ".join(error.messages)
    return {"refused": {"key": str(key), "sentence": sentence}}


def _frame(version: Version, name: str) -> dict[str, Any]:
    """Return what every answer names."""
    return {
        "version": version,
        "agreement": version.agreement,
        "name": name,
        "page_title": _("Evidence for “%(name)s”") % {"name": name},
    }


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return page(request, PAGE, context, fragment=COLUMN, status=status)
