"""The bell, and the page of all news."""

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from slmo.accounts.models import User
from slmo.notify.kinds import KINDS
from slmo.notify.models import Delivery
from slmo.notify.pipeline.letter import headline_write
from slmo.notify.selectors import news_of, news_write, unread_count
from slmo.notify.services import mute_end, mute_set, news_mark_read
from slmo.web.lists import Choice, Column, Listing
from slmo.web.pages import page, wants_fragment
from slmo.web.words import when

SHOWN = 8  # lines of the bell
HOURS_MOST = 24 * 90  # a mute ends within a quarter of a year


@never_cache
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """Return the panel of the bell with the latest news and the number unread; a whole page goes to the list."""
    if not wants_fragment(request):
        return redirect("notifications_all")
    user = cast(User, request.user)
    context = {"news": news_write(user, news_of(user)[:SHOWN]), "unread": unread_count(user)}
    return render(request, "notify/_bell.html", context)


@login_required
def news_open(request: HttpRequest, key: int) -> HttpResponse:
    """Mark one piece of a person's own news as read, and go to what it is about."""
    user = cast(User, request.user)
    delivery = news_of(user).filter(pk=key).select_related("message").first()
    if delivery is None:
        raise Http404
    news_mark_read(user=user, ids=[key], now=timezone.now())
    return redirect(_inside(request, delivery.message.url))


@require_POST
@login_required
def news_read(request: HttpRequest) -> HttpResponse:
    """Mark all of a person's news as read."""
    user = cast(User, request.user)
    news_mark_read(user=user, now=timezone.now())
    if wants_fragment(request):
        return bell(request)
    messages.success(request, _("All news is marked as read."))
    return redirect("notifications_all")


def _kind_text(delivery: Delivery) -> str:
    """Return the kind of a piece of news in words."""
    return str(KINDS[delivery.message.kind].label)


def _columns(user: User) -> tuple[Column, ...]:
    """Return the columns of the list; headlines are written for this reader."""
    return (
        Column(
            "headline",
            gettext_lazy("News"),
            lambda row: _headline(row, user),
            export=lambda row: headline_write(row.message, user),
        ),
        Column("kind", gettext_lazy("Kind"), _kind_text),
        Column(
            "at",
            gettext_lazy("Time"),
            lambda row: when(row.message.created_at),
            sort=("message__created_at",),
            css="nowrap",
        ),
        Column(
            "state", gettext_lazy("State"), lambda row: _("Read") if row.read_at else _("Unread"), sort=("read_at",)
        ),
    )


def _headline(delivery: Delivery, user: User) -> str:
    """Return a headline as a link; unread ones are strong."""
    url, text = reverse("notification", args=[delivery.pk]), headline_write(delivery.message, user)
    markup = '<a href="{}">{}</a>' if delivery.read_at else '<strong><a href="{}">{}</a></strong>'
    return format_html(markup, url, text)


FILTERS = (
    Choice(
        "kind",
        gettext_lazy("Kind"),
        [(name, kind.label) for name, kind in KINDS.items()],
        lambda rows, kind: rows.filter(message__kind=kind),
    ),
    Choice(
        "state",
        gettext_lazy("State"),
        [("unread", gettext_lazy("Unread")), ("read", gettext_lazy("Read"))],
        lambda rows, state: rows.filter(read_at__isnull=state == "unread"),
    ),
)


@login_required
def news(request: HttpRequest) -> HttpResponse:
    """List all of a person's news."""
    user = cast(User, request.user)
    rows = news_of(user).select_related("message")
    listing = Listing(request, rows, columns=_columns(user), filters=FILTERS, sort="-at")
    if listing.wants_export:
        return listing.export("news")
    context = {"listing": listing, "unread": unread_count(user)}
    return page(request, "notify/news.html", context, fragment="list")


@require_POST
@login_required
def mute(request: HttpRequest) -> HttpResponse:
    """Keep news of one thing from e-mail and webhook for some hours; 0 hours ends it."""
    user = cast(User, request.user)
    about = {"subject_type": request.POST.get("subject_type", ""), "subject_id": request.POST.get("subject_id", "")}
    text = request.POST.get("hours", "")
    hours = min(int(text), HOURS_MOST) if text.isdecimal() else 0
    if hours and all(about.values()):
        mute_set(user=user, until=timezone.now() + timedelta(hours=hours), **about)
        said = ngettext(
            "Letters about this are muted for an hour.", "Letters about this are muted for %(hours)d hours.", hours
        )
        messages.success(request, said % {"hours": hours})
    else:
        mute_end(user=user, **about)
        messages.success(request, _("Letters about this reach you again."))
    return redirect(_inside(request, request.POST.get("next", "")))


def _inside(request: HttpRequest, url: str) -> str:
    """Return an address of this portal, or the list of news for any other."""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else reverse("notifications_all")
