"""Pages of reviews: the calendar, one review, and the steps that it takes."""

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.models import Agreement
from agreements.selectors import agreement_get
from governance.forms import ConcludeForm, HoldForm, ReviewForm, months_back
from governance.models import Review, ReviewState
from governance.review_page import review_context
from governance.selectors import UNCONCLUDED, is_staff_of_provider, review_get, reviews_visible
from governance.services.review import review_conclude, review_hold, review_schedule
from monitoring.forms import errors_take
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web.pages import page

DRAFT_NOTICE = 31  # days until amended terms would rule, unless the review says otherwise


def person(request: HttpRequest) -> User:
    """Return who asks; every view below needs somebody who is logged in."""
    assert isinstance(request.user, User)
    return request.user


@login_required
def reviews(request: HttpRequest) -> HttpResponse:
    """List the reviews: what comes, and what was concluded."""
    rows = reviews_visible(person(request))
    coming = rows.filter(state__in=UNCONCLUDED).order_by("due_at")
    past = rows.filter(state=ReviewState.CONCLUDED).order_by("-concluded_at")
    context = {"coming": coming[:100], "past": past[:100], "now": timezone.now(), "can": Can(person(request))}
    return page(request, "governance/reviews.html", context)


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one review: what was delivered, the minutes, the decision, and the draft that it opened."""
    return _review_page(request, review_get(person(request), pk))


def _review_page(
    request: HttpRequest,
    found: Review,
    *,
    hold: HoldForm | None = None,
    conclude: ConcludeForm | None = None,
) -> HttpResponse:
    """Show a review with its forms, as typed where a service refused them."""
    allowed = Can(person(request), found.agreement.provider, found.agreement.customer)
    effective = (timezone.now() + timedelta(days=DRAFT_NOTICE)).date()
    context = {
        **review_context(found, published_only=not is_staff_of_provider(person(request))),
        "can": allowed,
        "hold_form": hold or HoldForm(found),
        "conclude_form": conclude or ConcludeForm(initial={"effective_from": months_back(effective, -1)}),
    }
    refused = any(form is not None and form.errors for form in (hold, conclude))
    return page(request, "governance/review.html", context, status=422 if refused else 200)


@login_required
def review_new(request: HttpRequest) -> HttpResponse:
    """Plan a review; `?agreement=` names the agreement, the past quarter is proposed."""
    user = person(request)
    require(user, "review_schedule")
    today = timezone.localdate()
    initial = {
        "agreement": request.GET.get("agreement", ""),
        "covers_from": months_back(today, 3),
        "covers_until": months_back(today, 0),
        "due_at": timezone.localtime().replace(hour=10, minute=0) + timedelta(days=14),
    }
    form = ReviewForm(user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            planned = review_schedule(**form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The review is planned; both sides are reminded two weeks before."))
            return redirect("review", planned.pk)
    return page(request, "governance/review_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def review_hold_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the minutes of a review."""
    user = person(request)
    found = review_get(user, pk)
    form = HoldForm(found, request.POST)
    if form.is_valid():
        try:
            review_hold(review=found, **form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The minutes are recorded. The review can be concluded now."))
            return redirect("review", found.pk)
    return _review_page(request, found, hold=form)


@login_required
@require_POST
def review_conclude_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Conclude a review; a decision to amend leads straight to the draft that it opened."""
    user = person(request)
    found = review_get(user, pk)
    form = ConcludeForm(request.POST)
    if form.is_valid():
        try:
            concluded = review_conclude(review=found, **form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            return _concluded(request, concluded)
    return _review_page(request, found, conclude=form)


def _concluded(request: HttpRequest, concluded: Review) -> HttpResponse:
    """Say what the conclusion did, and go where work goes on."""
    if concluded.draft is None:
        messages.success(request, _("The review is concluded."))
        return redirect("review", concluded.pk)
    messages.success(request, _("The review is concluded, and this draft is open: change the terms, then propose it."))
    return redirect("version", concluded.agreement.slug, concluded.draft.number)


@login_required
def agreement_reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the reviews of one agreement, as a fragment of its page or as a page of its own."""
    user = person(request)
    agreement: Agreement = agreement_get(user, slug)
    rows = reviews_visible(user).filter(agreement=agreement).order_by("-due_at")
    context = {
        "agreement": agreement,
        "reviews": rows[:12],
        "now": timezone.now(),
        "new_url": f"{reverse('review_new')}?agreement={agreement.slug}",
        "can": Can(user, agreement.provider, agreement.customer),
    }
    return page(request, "governance/agreement_reviews.html", context, fragment="governance/_agreement_reviews.html")


def month_rows(user: User, start: date, months: int) -> list[tuple[date, list[Review]]]:
    """Return the months from that of `start` on, each with its unconcluded reviews; overdue ones lead the first."""
    firsts = [months_back(start, -count) for count in range(months)]
    rows: dict[date, list[Review]] = {first: [] for first in firsts}
    end = months_back(start, -months)
    for row in reviews_visible(user).filter(state__in=UNCONCLUDED, due_at__date__lt=end).order_by("due_at"):
        rows[max(firsts[0], row.due_at.date().replace(day=1))].append(row)
    return list(rows.items())
