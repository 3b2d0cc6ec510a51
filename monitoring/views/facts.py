"""Indicators and their facts: coverage, the list, and entering one by hand."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from agreements.selectors import indicators_visible
from monitoring.coverage import STRIP_DAYS, coverage, strip_days, strip_end
from monitoring.forms.facts import FactForm
from monitoring.instants import instant_of
from monitoring.models import Fact, FactBatch, FactState, ObjectiveStatus
from monitoring.rows import FactRow, FactsRefused, row_key
from monitoring.selectors import batches_visible, facts_visible, sources_visible
from monitoring.services import facts_record
from monitoring.silence import source_health
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import ago, state, when

HAND = "hand"
BATCHES = 8


def reader(request: HttpRequest) -> User:
    """Return who asks, and refuse whoever may not see facts."""
    assert isinstance(request.user, User)
    require(request.user, "facts_view")
    return request.user


def indicator_url(indicator: Indicator, name: str = "indicator") -> str:
    """Return the address of an indicator's page, or of another one about it."""
    return reverse(name, args=[indicator.service.slug, indicator.slug])


def indicator_of(user: User, service: str, slug: str) -> Indicator:
    """Return one indicator; raise Indicator.DoesNotExist where the person may not know of it."""
    return indicators_visible(user).get(service__slug=service, slug=slug)


def _name(row: Indicator) -> SafeString:
    """Return service and indicator as a link."""
    return format_html(
        '<div><a class="row-link" href="{}">{}: {}</a><span class="under">{}</span></div>',
        indicator_url(row),
        row.service.name,
        row.name,
        row.get_kind_display(),
    )


INDICATORS = (
    Column("name", _("Indicator"), _name, sort=("service__name", "name"), export=lambda row: str(row)),
    Column(
        "organisation",
        _("Provided by"),
        lambda row: row.service.organisation.name,
        sort=("service__organisation__name",),
    ),
    Column("objectives", _("Judges"), lambda row: words.number(row.judged), sort=("judged",), css="num"),
    Column("sources", _("Sources"), lambda row: words.number(row.fed), sort=("fed",), css="num"),
    Column("latest", _("Last delivery"), lambda row: ago(row.latest), sort=("latest",), export=lambda row: row.latest),
)


@login_required
def indicators(request: HttpRequest) -> HttpResponse:
    """List what is measured, and when facts came last."""
    user = reader(request)
    latest = FactBatch.objects.filter(indicator=OuterRef("pk")).order_by("-recorded_at").values("recorded_at")[:1]
    rows = indicators_visible(user).annotate(
        judged=Count("objectives", distinct=True), fed=Count("sources", distinct=True), latest=Subquery(latest)
    )
    filters = [Search(_("Service or indicator"), fields=("service__name", "name"))]
    listing = Listing(request, rows, columns=INDICATORS, filters=filters, sort="name")
    if listing.wants_export:
        return listing.export("indicators")
    context = {"listing": listing, "tab": "indicators", "can": Can(user)}
    return page(request, "monitoring/indicators.html", context, fragment="list")


def _lasted(row: Fact) -> str:
    """Return how long a fact held."""
    return words.duration(int((row.end - row.start).total_seconds())) if row.end else words.DASH


FACTS = (
    Column(
        "start",
        _("From"),
        lambda row: when(row.start),
        sort=("start",),
        export=lambda row: row.start.isoformat(),
        css="nowrap",
    ),
    Column(
        "end",
        _("Until"),
        lambda row: when(row.end) if row.end else _("the next one"),
        sort=("end",),
        export=lambda row: row.end.isoformat() if row.end else "",
        css="nowrap",
    ),
    Column("lasted", _("Lasted"), _lasted, css="num"),
    Column(
        "state",
        _("State"),
        lambda row: state(FactState(row.state).name.lower()),
        sort=("state",),
        export=lambda row: FactState(row.state).name.lower(),
    ),
    Column(
        "scope", _("Where"), lambda row: row.scope or _("everywhere"), sort=("scope",), export=lambda row: row.scope
    ),
    Column("reference", _("Reference"), lambda row: row.reference or words.DASH, export=lambda row: row.reference),
    Column("origin", _("Origin"), lambda row: row.origin, sort=("origin",)),
    Column(
        "recorded",
        _("Recorded"),
        lambda row: when(row.recorded_at),
        sort=("recorded_at",),
        export=lambda row: row.recorded_at.isoformat(),
        css="nowrap",
    ),
)


def _filters(indicator: Indicator) -> list[Choice | Search]:
    """Return the filters of one indicator's facts, with the scopes and origins that occur."""
    rows = Fact.objects.filter(indicator=indicator, superseded_at__isnull=True).order_by()
    scopes = sorted(scope for scope in rows.values_list("scope", flat=True).distinct() if scope)
    origins = sorted(rows.values_list("origin", flat=True).distinct())
    return [
        Search(_("Reference or place"), fields=("reference", "scope")),
        Choice("state", _("Any state"), [(str(key), label) for key, label in FactState.choices], _by("state")),
        Choice("scope", _("Anywhere"), [(scope, scope) for scope in scopes], _by("scope")),
        Choice("origin", _("Any origin"), [(origin, origin) for origin in origins], _by("origin")),
    ]


def _by(path: str) -> Any:
    """Return a filter that compares one field."""
    return lambda rows, value: rows.filter(**{path: value})


@login_required
def indicator(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Show one indicator: its strip of days, coverage, sources, deliveries and facts."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    rows = facts_visible(user).filter(indicator=found)
    listing = Listing(request, rows, columns=FACTS, filters=_filters(found), sort="-start")
    if listing.wants_export:
        return listing.export(f"facts-{found.service.slug}-{found.slug}")
    now = timezone.now()
    known = coverage(found)
    end = strip_end(found, known, now, _asked(request))
    sources = [(row, source_health(row, now)) for row in sources_visible(user).filter(indicator=found)]
    context = {
        "indicator": found,
        "listing": listing,
        "coverage": known,
        "days": strip_days(found, end, now),
        "strip": _strip_links(end),
        "sources": sources,
        "batches": batches_visible(user).filter(indicator=found)[:BATCHES],
        "objectives": found.objectives.select_related("agreement").order_by("agreement__title"),
        "pending": pending(found),
        "can": Can(user, found.service.organisation),
    }
    return page(request, "monitoring/indicator.html", context, fragment="list")


def _asked(request: HttpRequest) -> date | None:
    """Return the day at which the reader wants the strip to end, if that is a day."""
    try:
        asked = parse_date(request.GET.get("until", ""))
    except ValueError:
        return None
    return asked if asked and 1971 <= asked.year <= 2199 else None


def _strip_links(end: date) -> dict[str, date]:
    """Return the days between which the strip lies, and where earlier and later ones end."""
    step = timedelta(days=STRIP_DAYS)
    return {"first": end - step, "last": end - timedelta(days=1), "earlier": end - step, "later": end + step}


def pending(found: Indicator) -> int:
    """Return how many objectives still wait for an assessment of this indicator's facts."""
    rows = ObjectiveStatus.objects.filter(objective__indicator=found)
    return rows.filter(Q(due_from__isnull=False) | Q(assessed_at__isnull=True)).count()


@login_required
def indicator_progress(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Show how far the assessment of new facts is; the fragment asks again by itself until all is done."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    total = found.objectives.count()
    left = pending(found)
    context = {"indicator": found, "left": left, "done": max(0, total - left), "total": total, "polled": True}
    return page(request, "monitoring/indicator_progress.html", context, fragment="monitoring/_progress.html")


@login_required
def fact_new(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Enter one fact by hand."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    require(user, "facts_record", found.service.organisation)
    form = FactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = facts_record(
                indicator=found, rows=[_row(form.cleaned_data)], origin=HAND, actor=user, now=timezone.now()
            )
        except FactsRefused as refused:
            for error in refused.errors:
                form.add_error(error.field if error.field in form.fields else None, error.sentence)
        else:
            said = _("The fact is recorded; the figures follow.") if batch.new else _("That fact was known already.")
            messages.success(request, said)
            return redirect(indicator_url(found))
    context = {"indicator": found, "form": form}
    return page(request, "monitoring/fact_new.html", context, status=422 if form.errors else 200)


def _row(cleaned: dict[str, Any]) -> FactRow:
    """Return what was entered as a row to record."""
    start, end = instant_of(cleaned["start"]), cleaned["end"]
    key = row_key(start, cleaned["scope"])
    return FactRow(start, instant_of(end) if end else None, cleaned["state"], cleaned["scope"], key, cleaned["reason"])
