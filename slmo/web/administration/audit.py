"""Pages of the audit log."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.models import Entry
from slmo.audit.selectors import actions_known, entries_visible
from slmo.audit.words import action_text, field_text, subject_text
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.words import when

SPANS = ((1, gettext_lazy("Today")), (7, gettext_lazy("The last 7 days")), (30, gettext_lazy("The last 30 days")))


def _link(entry: Entry) -> str:
    """Return what was done, as a link to the entry."""
    url = reverse("administration_audit_entry", args=[entry.pk])
    return format_html('<a href="{}">{}</a>', url, action_text(entry.action))


def _subject(entry: Entry) -> str:
    """Return the thing with its kind."""
    return format_html('{} <span class="muted">{}</span>', entry.subject_label, subject_text(entry.subject_type))


COLUMNS = (
    Column("at", gettext_lazy("Time"), lambda entry: when(entry.at), sort=("id",), css="nowrap"),
    Column("actor", gettext_lazy("Who"), lambda entry: entry.actor_name, sort=("actor_name",)),
    Column("action", gettext_lazy("What"), _link, sort=("action",), export=lambda entry: action_text(entry.action)),
    Column(
        "subject", gettext_lazy("On what"), _subject, sort=("subject_label",), export=lambda entry: entry.subject_label
    ),
    Column("number", gettext_lazy("Number"), lambda entry: entry.number, sort=("number",), css="num"),
)


def _since(rows: Any, days: str) -> Any:
    """Narrow to whole days of the reader, the present one included."""
    first = timezone.localdate() - timedelta(days=int(days) - 1)
    return rows.filter(at__gte=datetime.combine(first, time.min, timezone.get_current_timezone()))


def _filters(user: User) -> tuple[Search | Choice, ...]:
    """Return the filters of the list, with the actions that occur."""
    actions = [(action, action_text(action)) for action in actions_known(entries_visible(user))]
    spans = [(str(days), text) for days, text in SPANS]
    return (
        Search(gettext_lazy("Person or thing"), ("actor_name", "subject_label")),
        Choice(
            "action",
            gettext_lazy("Action"),
            sorted(actions, key=lambda choice: choice[1]),
            lambda rows, action: rows.filter(action=action),
        ),
        Choice("days", gettext_lazy("When"), spans, _since),
    )


@login_required
def audit(request: HttpRequest) -> HttpResponse:
    """List the entries, newest first."""
    user = cast(User, request.user)
    require(user, "audit_view")
    listing = Listing(request, entries_visible(user), columns=COLUMNS, filters=_filters(user), sort="-at")
    if listing.wants_export:
        return listing.export("audit")
    return page(request, "audit/entries.html", {"listing": listing}, fragment="list")


@login_required
def entry(request: HttpRequest, key: int) -> HttpResponse:
    """Show one entry: who, when, what changed, and its place in the chain."""
    user = cast(User, request.user)
    require(user, "audit_view")
    found = entries_visible(user).filter(pk=key).first()
    if found is None:
        raise Http404
    same = Q(subject_type=found.subject_type, subject_id=found.subject_id)
    others = entries_visible(user).filter(same).exclude(pk=key)[:10]
    context = {
        "entry": found,
        "action": action_text(found.action),
        "kind": subject_text(found.subject_type),
        "changes": changes_of(found),
        "history": stream_of(others),
    }
    return page(request, "audit/entry.html", context)


def changes_of(found: Entry) -> list[tuple[str, Any, Any]]:
    """Return the fields that changed: name in words, before and after (None where there was or is nothing)."""
    before, after = found.before or {}, found.after or {}
    names = [*after, *(name for name in before if name not in after)]
    return [(field_text(name), before.get(name), after.get(name)) for name in names]


def stream_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return entries as the stream of a thing's history."""
    return [
        {
            "icon": "history",
            "who": found.actor_name,
            "text": action_text(found.action),
            "at": found.at,
            "body": "\n".join(_lines(found)),
        }
        for found in entries
    ]


def _lines(found: Entry) -> Iterator[str]:
    """Return each field that changed, in a line; of a new thing what it began with, of one that is gone what it was."""
    for name, old, new in changes_of(found):
        if found.before is None or found.after is None:
            yield _("%(field)s: %(value)s") % {"field": name, "value": _shown(old if found.after is None else new)}
        else:
            values = {"field": name, "before": _shown(old), "after": _shown(new)}
            yield _("%(field)s: %(before)s → %(after)s") % values


def _shown(value: Any) -> str:
    """Return a value of an entry for reading."""
    return "–" if value in (None, "") else str(value)
