"""Exceptions and the HTTP answers they become: one table.

Services raise sentences; this module decides the status and the page. Every error carries a reference number that
is also in the log.
"""

import logging
import sys
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    SuspiciousOperation,
    ValidationError,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slmo.core.errors import EngineError
from slmo.web.engine_words import engine_sentences
from slmo.web.pages import wants_fragment

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a kind of exception becomes: the status, the page's title, and whether its own text is shown."""

    status: int
    title: str | Promise
    text: str | Promise
    speaks: bool = False


# The first row whose class the exception belongs to decides.
TABLE: tuple[tuple[type[Exception], Answer], ...] = (
    (
        PermissionDenied,
        Answer(
            403, _("You may not do this"), _("Your role does not include this act. Nothing was changed."), speaks=True
        ),
    ),
    (
        ObjectDoesNotExist,
        Answer(404, _("There is no such page"), _("It may have been moved, or it belongs to somebody else.")),
    ),
    (Http404, Answer(404, _("There is no such page"), _("It may have been moved, or it belongs to somebody else."))),
    (EngineError, Answer(422, _("This cannot be used"), _("Nothing was changed."), speaks=True)),
    (ValidationError, Answer(422, _("This cannot be saved"), _("Nothing was changed."), speaks=True)),
    (BadRequest, Answer(400, _("This request cannot be read"), _("Nothing was changed."), speaks=True)),
    (SuspiciousOperation, Answer(400, _("This request cannot be read"), _("Nothing was changed."))),
)
FAILURE = Answer(
    500, _("Something went wrong on our side"), _("Nothing of this request was saved. We have a record of it.")
)
ABSENT = Answer(
    503, _("The database does not answer"), _("Look whether your last change is there before you repeat it.")
)
AGAIN = _("Send it again in a moment; facts are recorded once, however often they are sent.")
RETRY_AFTER = "5"  # seconds
FOR_PROGRAMS = ("/api/", "/hooks/")  # what is asked there is answered in JSON


def answer_for(error: Exception) -> Answer | None:
    """Return the row of the table for an exception, or None for a failure of the program."""
    return next((answer for kind, answer in TABLE if isinstance(error, kind)), None)


def sentences_of(error: Exception) -> list[str]:
    """Return what an exception says, one sentence an entry."""
    if isinstance(error, ValidationError):
        return [str(message) for message in error.messages]
    if isinstance(error, EngineError):
        return engine_sentences(error)
    return [line for line in str(error).splitlines() if line]


def answer_render(request: HttpRequest, answer: Answer, sentences: list[str]) -> HttpResponse:
    """Return the error as a page, or as a notice beside what the reader is doing where htmx asked."""
    context: dict[str, Any] = {
        "answer": answer,
        "sentences": sentences,
        "reference": getattr(request, "reference", ""),
        "page_title": answer.title,
    }
    if wants_fragment(request):
        response = HttpResponse(render_to_string("errors/notice.html", context, request), status=answer.status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    return render(request, f"errors/{answer.status}.html", context, status=answer.status)


def error_answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return the answer to an exception that a view let through; None leaves a failure to Django's handler."""
    answer = answer_for(error)
    if answer is None:
        return None
    sentences = sentences_of(error) if answer.speaks else []
    log.info("%s answered %d to %s: %s", getattr(request, "reference", "-"), answer.status, request.path, error)
    return answer_render(request, answer, sentences)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 (Django's handler400)."""
    return error_answer(request, exception) or answer_render(request, FAILURE, [])


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 (Django's handler403)."""
    return error_answer(request, exception) or answer_render(request, FAILURE, [])


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 (Django's handler404); the path tried is not repeated to the reader."""
    return error_answer(request, Http404()) or answer_render(request, FAILURE, [])


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where the database does not answer (Django's handler500, called while the error is handled).

    The page needs no database. Programs get a sentence as JSON, and are told when to try again.
    """
    absent = isinstance(sys.exception(), OperationalError | InterfaceError)
    answer = ABSENT if absent else FAILURE
    response = _failure_render(request, answer)
    if absent:
        response["Retry-After"] = RETRY_AFTER
    return response


def _failure_render(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Return a failure as JSON, as a notice, or as a page."""
    if request.path.startswith(FOR_PROGRAMS):
        told = f"{answer.title}. {AGAIN if answer is ABSENT else answer.text}"
        return JsonResponse({"detail": told}, status=answer.status)
    context: dict[str, Any] = {"answer": answer, "sentences": [], "reference": getattr(request, "reference", "")}
    if wants_fragment(request):
        response = HttpResponse(render_to_string("errors/notice.html", context), status=answer.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    return HttpResponse(render_to_string("errors/500.html", context), status=answer.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where a form's protection has run out (settings.CSRF_FAILURE_VIEW); typed input is in the browser."""
    answer = Answer(
        403,
        _("This form has grown old"),
        _("You logged in or out since it was opened, or cookies are off. Go back, reload the page and send it again."),
    )
    log.warning("%s CSRF check failed at %s: %s", getattr(request, "reference", "-"), request.path, reason)
    return answer_render(request, answer, [])
