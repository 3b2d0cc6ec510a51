"""Pages of improvements: the hub, the register, one improvement, and the steps that it takes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agreements.selectors import service_get
from governance.forms import EffectForm, ImprovementForm
from governance.models import Improvement, Review
from governance.selectors import UNFINISHED, improvement_get, improvements_visible, reviews_visible
from governance.services import improvement as verbs
from governance.views.review import month_rows, person
from monitoring.forms import errors_take
from monitoring.models import Breach
from monitoring.selectors import breach_get, breaches_visible
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web.pages import page

MONTHS_AHEAD = 6
HUB_MOST = 10

_l = gettext_lazy
SAID: dict[str, str | Promise] = {
    "start": _l("The work is started."),
    "done": _l("The improvement is done; what it brought is on record."),
    "drop": _l("The improvement is given up; it stays in the register with its reason."),
}


@login_required
def improvement_hub(request: HttpRequest) -> HttpResponse:
    """Show the coming reviews by month beside the improvements that are under way."""
    user = person(request)
    rows = improvements_visible(user).filter(state__in=UNFINISHED).distinct()
    context = {
        "months": month_rows(user, timezone.localdate(), MONTHS_AHEAD),
        "improvements": rows.order_by(F("due_on").asc(nulls_last=True), "pk")[:HUB_MOST],
        "concluded": reviews_visible(user).filter(state="concluded").order_by("-concluded_at")[:HUB_MOST],
        "now": timezone.now(),
        "can": Can(user),
    }
    return page(request, "governance/improvement_hub.html", context)


@login_required
def improvement_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one improvement, or change what is proposed."""
    user = person(request)
    found = improvement_get(user, pk)
    form = ImprovementForm(user, request.POST or None, improvement=found)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.improvement_update(improvement=found, **form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("improvement_entry", found.pk)
    return _entry_page(request, found, form=form)


def _entry_page(
    request: HttpRequest, found: Improvement, *, form: ImprovementForm, effect: EffectForm | None = None
) -> HttpResponse:
    """Show an improvement with its forms, as typed where a service refused them."""
    context = {
        "improvement": found,
        "form": form,
        "effect_form": effect or EffectForm(),
        "can": Can(person(request), found.service.organisation),
        "late": bool(found.due_on and found.due_on < timezone.localdate() and found.state in UNFINISHED),
    }
    refused = form.errors or (effect and effect.errors)
    return page(request, "governance/improvement.html", context, status=422 if refused else 200)


@login_required
def improvement_new(request: HttpRequest) -> HttpResponse:
    """Propose an improvement; `?service=`, `?breach=` and `?review=` say what it comes from."""
    user = person(request)
    require(user, "improvement_edit")
    born = _born(user, request)
    initial = {"service": request.GET.get("service") or _service_of(born), "owner": user.pk}
    form = ImprovementForm(user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.improvement_create(**form.cleaned_data, **born, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The improvement is in the register."))
            return redirect("improvement_entry", made.pk)
    context = {"form": form, **born}
    return page(request, "governance/improvement_new.html", context, status=422 if form.errors else 200)


def _born(user: User, request: HttpRequest) -> dict[str, Any]:
    """Return the breach and the review that an improvement comes from; unknown ones do not exist for this person."""
    breach: Breach | None = None
    review: Review | None = None
    if (key := request.GET.get("breach", "")).isdecimal():
        breach = breaches_visible(user).select_related("objective__agreement__service").get(pk=int(key))
    if (key := request.GET.get("review", "")).isdecimal():
        review = reviews_visible(user).get(pk=int(key))
    return {"breach": breach, "review": review}


def _service_of(born: dict[str, Any]) -> str:
    """Return the short name of the service that a breach or a review is about."""
    if born["breach"]:
        return str(born["breach"].objective.agreement.service.slug)
    return str(born["review"].agreement.service.slug) if born["review"] else ""


STEPS: dict[str, Callable[..., Improvement]] = {
    "start": verbs.improvement_start,
    "done": verbs.improvement_done,
    "drop": verbs.improvement_drop,
}


@login_required
@require_POST
def improvement_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Start, finish or give up an improvement."""
    if verb not in STEPS:
        raise Http404
    user = person(request)
    found = improvement_get(user, pk)
    effect = EffectForm(request.POST) if verb != "start" else None
    if effect is None or effect.is_valid():
        said = {"effect": effect.cleaned_data["effect"]} if effect else {}
        try:
            STEPS[verb](improvement=found, **said, actor=user, now=timezone.now())
        except ValidationError as error:
            if effect is None:
                raise
            errors_take(effect, error)
        else:
            messages.success(request, str(SAID[verb]))
            return redirect("improvement_entry", found.pk)
    return _entry_page(request, found, form=ImprovementForm(user, improvement=found), effect=effect)


@login_required
def service_improvements(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the improvements of one service, as a fragment of its page or as a page of its own."""
    user = person(request)
    service = service_get(user, slug)
    rows: QuerySet[Improvement] = improvements_visible(user).filter(service=service).distinct()
    context = {
        "service": service,
        "improvements": rows.order_by("state", F("due_on").asc(nulls_last=True))[:20],
        "now": timezone.now(),
        "new_url": f"{reverse('improvement_new')}?service={service.slug}",
        "can": Can(user, service.organisation),
    }
    return page(
        request, "governance/service_improvements.html", context, fragment="governance/_service_improvements.html"
    )


@login_required
def breach_improvements(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the improvements that came of one breach, as a fragment of its page or as a page of its own."""
    user = person(request)
    breach = breach_get(user, pk)
    context = {
        "breach": breach,
        "improvements": improvements_visible(user).filter(breach=breach).distinct(),
        "new_url": f"{reverse('improvement_new')}?breach={breach.pk}",
        "can": Can(user, breach.objective.agreement.provider),
    }
    return page(
        request, "governance/breach_improvements.html", context, fragment="governance/_breach_improvements.html"
    )
