"""Indicators and their facts: coverage, the list, and entering one by hand."""

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from agreements.selectors import indicators_visible, objectives_visible
from monitoring.coverage import STRIP_DAYS, coverage, strip_days, strip_end
from monitoring.figures.export import facts_write
from monitoring.forms import errors_take
from monitoring.forms.facts import form_of
from monitoring.instants import EARLIEST, LATEST
from monitoring.kinds import facts_load, kind_of
from monitoring.models import FactBatch, ObjectiveStatus
from monitoring.rows import FactsRefused
from monitoring.selectors import batches_visible, facts_visible, sources_visible
from monitoring.services.entry import fact_enter
from monitoring.services.keeping import keeping_in_force
from monitoring.silence import source_health
from monitoring.views.fact_list import columns_of, filters_of
from monitoring.views.proposal import evidence_answer
from monitoring.writers import may_record, record_act
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.core.units import Window
from slmo.web import words
from slmo.web.lists import Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import ago

BATCHES = 8
EVER = Window(EARLIEST, LATEST)


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


@login_required
def indicator(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Show one indicator: its strip of days, coverage, sources, deliveries and facts."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    kind = kind_of(found)
    rows = facts_visible(user, kind=kind).filter(indicator=found)
    listing = Listing(
        request, rows, columns=columns_of(kind), filters=filters_of(found, kind), sort=f"-{kind.first}"
    )  # fmt: skip
    if listing.wants_export:
        return listing.export(f"facts-{found.service.slug}-{found.slug}")
    now = timezone.now()
    known = coverage(found)
    end = strip_end(found, known, now, _asked(request))
    reading = Q(indicator=found) | Q(customer_indicator=found)
    sources = [(row, source_health(row, now)) for row in sources_visible(user).filter(indicator=found)]
    context = {
        "indicator": found,
        "listing": listing,
        "kind": kind,
        "coverage": known,
        "days": strip_days(found, end, now),
        "strip": _strip_links(end),
        "sources": sources,
        "batches": batches_visible(user).filter(indicator=found)[:BATCHES],
        "objectives": objectives_visible(user).filter(reading).order_by("agreement__title"),
        "pending": pending(found),
        "keeping": keeping_in_force(found),
        "can": Can(user, found.service.organisation),
        "may_record": may_record(user, found, "facts_record"),
        "may_import": may_record(user, found, "facts_import"),
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
def facts_file(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Send all facts of an indicator that hold now, as a file that can be imported again."""
    user = reader(request)
    require(user, "export_view")
    found = indicator_of(user, service, slug)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="facts-{found.service.slug}-{found.slug}.csv"'
    facts_write(response, kind_of(found), facts_load(found, EVER))
    return response


@login_required
def fact_new(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Enter one fact by hand."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    require(user, *record_act(found, "facts_record"))
    kind = kind_of(found)
    form = form_of(kind)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = fact_enter(
                indicator=found, row=form.row(), link=form.cleaned_data["link"], upload=form.cleaned_data["file"],
                actor=user, now=timezone.now(),
            )  # fmt: skip
        except FactsRefused as refused:
            for error in refused.errors:
                form.add_error(error.field if error.field in form.fields else None, error.sentence)
        except ValidationError as error:
            errors_take(form, error)
        else:
            said = _("The fact is recorded; the figures follow.") if batch.new else _("That fact was known already.")
            messages.success(request, said)
            return redirect(indicator_url(found))
    context = {"indicator": found, "form": form, "kind": kind}
    return page(request, "monitoring/fact_new.html", context, status=422 if form.errors else 200)


@login_required
def fact_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the file that proves a fact which was entered by hand."""
    user = reader(request)
    batch = get_object_or_404(batches_visible(user).exclude(evidence=None).select_related("evidence"), pk=pk)
    return evidence_answer(request, batch.evidence)
