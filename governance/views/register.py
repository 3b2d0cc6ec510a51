"""The register of improvements as a list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from governance.models import Improvement, ImprovementState
from governance.selectors import UNFINISHED, improvements_visible
from governance.views.review import person
from slmo.accounts.policy import Can
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import state


def _title(row: Improvement) -> SafeString:
    """Return the title as a link."""
    url = reverse("improvement_entry", args=[row.pk])
    return format_html('<a class="row-link" href="{}">{}</a>', url, row.title)


def _state(row: Improvement) -> SafeString:
    """Return the state's badge; an unfinished improvement past its day is overdue."""
    late = row.state in UNFINISHED and row.due_on is not None and row.due_on < timezone.localdate()
    return state("overdue" if late else row.state)


def _by_state(rows: Any, value: str) -> Any:
    """Narrow the register to one state."""
    return rows.filter(state=value)


COLUMNS = (
    Column("title", _("What"), _title, sort=("title",), export=lambda row: row.title),
    Column("service", _("Service"), lambda row: row.service.name, sort=("service__name",)),
    Column("owner", _("Owner"), lambda row: str(row.owner or "–"), sort=("owner__name",)),
    Column(
        "due",
        _("Due on"),
        lambda row: words.day(row.due_on),
        sort=("due_on",),
        export=lambda row: row.due_on,
        css="nowrap",
    ),
    Column("state", _("State"), _state, sort=("state",), export=lambda row: row.get_state_display()),
)
FILTERS = (
    Search(_("What, why or service"), fields=("title", "reason", "service__name")),
    Choice("state", _("Any state"), ImprovementState.choices, _by_state),
)


@login_required
def improvements(request: HttpRequest) -> HttpResponse:
    """List the improvements that the person may see."""
    user = person(request)
    rows = improvements_visible(user).distinct()
    listing = Listing(request, rows, columns=COLUMNS, filters=FILTERS, sort="due")
    if listing.wants_export:
        return listing.export("improvements")
    context = {"listing": listing, "can": Can(user)}
    return page(request, "governance/improvements.html", context, fragment="list")
