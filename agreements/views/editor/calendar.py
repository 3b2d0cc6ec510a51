"""Service hours of a draft: a new calendar, changed, removed; and the picture of the typed week."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.errors import Refused
from agreements.forms.calendar import CalendarForm
from agreements.models import Version
from agreements.reading import sentences
from agreements.reading.timetable import timetable_draw, weekly_text
from agreements.services.document_parts import calendar_remove, calendar_users
from agreements.views.editor.base import draft_get, form_sent, part_page, part_remove, problems_of
from slmo.core.calendar import Calendar
from slmo.web.pages import page

HOUR = 3600


@login_required
def calendar_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Add a calendar to the draft."""
    return _calendar_page(request, draft_get(request, slug, number), None)


@login_required
def calendar_edit(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Change a calendar of the draft."""
    version = draft_get(request, slug, number)
    if name not in (version.document["spec"].get("calendars") or {}):
        raise Http404
    return _calendar_page(request, version, name)


@login_required
@require_POST
def calendar_drop(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Take a calendar out of the draft; refused while an objective has these hours."""
    version = draft_get(request, slug, number)
    done = _("The calendar “%(name)s” is removed.") % {"name": name}
    return part_remove(request, version, lambda: calendar_without(version, name), done)


def calendar_without(version: Version, name: str) -> dict[str, Any]:
    """Return the draft's document without a calendar; raises Refused while an objective has these hours."""
    if users := calendar_users(version.document, name):
        sentence = _("The calendar “%(name)s” is still needed by: %(users)s.")
        raise Refused(sentence % {"name": name, "users": ", ".join(users)})
    return calendar_remove(version.document, name)


def _calendar_page(request: HttpRequest, version: Version, name: str | None) -> HttpResponse:
    form = form_sent(request, CalendarForm, version=version, name=name)
    if "preview" in request.POST:
        return page(request, "agreements/editor/_calendar_preview.html", calendar_reading(form))
    context = {"page_title": calendar_title(name), "calendar_name": name, **_picture(form.read)}
    return part_page(
        request, version, form, template="agreements/editor/calendar.html", context=context,
        done=_("The draft is saved."), anchor="calendars",
    )  # fmt: skip


def calendar_title(name: str | None) -> str:
    """Return the heading of a calendar's editor; None: of a new one."""
    return _("Calendar “%(name)s”") % {"name": name} if name else _("New calendar")


def _picture(calendar: Calendar) -> dict[str, Any]:
    """Return the week as a picture and as text, and how long it is open."""
    week = sum(end - start for hours in calendar.weekly or () for start, end in hours)
    hours = sentences.service_length(week or 7 * 24 * HOUR)
    return {"picture": timetable_draw(calendar), "weekly": weekly_text(calendar), "hours_week": hours}


def calendar_reading(form: CalendarForm) -> dict[str, Any]:
    """Return the week as it is typed, or what is wrong with it."""
    if not form.is_bound:
        return _picture(form.read)
    drawn = form.drawn() if form.is_valid() else None
    if drawn is not None:
        return _picture(drawn)
    return {"problems": problems_of(form) or [_("Give hours to at least one day.")]}
