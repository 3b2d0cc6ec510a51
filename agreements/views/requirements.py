"""Service level requirements: the list, one of them with its trace, recorded, answered, drafted."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agreements import services
from agreements.errors import DocumentRefused
from agreements.forms.requirement import AnswerForm, RequirementDraftForm, RequirementForm, TraceForm
from agreements.library import terms_of
from agreements.models import Requirement, RequirementState
from agreements.reading.sentences import OPERATORS, target_value
from agreements.requirements import clauses_choices, requirement_get, requirements_visible, standing_of, traces_of
from agreements.services.requirement import TRANSITIONS
from agreements.views.library import entries_seen, entry_seen
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.core.terms.targets import parse_target
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import state, when


def _title(row: Any) -> SafeString:
    url = reverse("requirement", args=[row.pk])
    count = ngettext("%(count)d wish", "%(count)d wishes", row.wished) % {"count": row.wished}
    return format_html('<a class="row-link" href="{}">{}</a><span class="under">{}</span>', url, row.title, count)


COLUMNS = (
    Column("title", _("Requirement"), _title, ("title",), lambda row: row.title, css="wide"),
    Column("customer", _("Customer"), lambda row: row.customer.name, ("customer__name",)),
    Column("service", _("Service"), lambda row: row.service.name, ("service__name",)),
    Column("state", _("State"), lambda row: state(standing_of(row)), ("state",), standing_of),
    Column("agreement", _("Agreement"), lambda row: row.agreement.title if row.agreement else words.DASH,
           ("agreement__title",), lambda row: row.agreement.slug if row.agreement else ""),
    Column("at", _("Recorded"), lambda row: when(row.recorded_at), ("recorded_at",),
           lambda row: row.recorded_at.isoformat(), css="nowrap"),
)  # fmt: skip
FILTERS = (
    Search(_("Title, words, service or customer"), ("title", "text", "service__name", "customer__name")),
    Choice("state", _("Any state"), RequirementState.choices, lambda rows, value: rows.filter(state=value)),
)


@login_required
def requirements(request: HttpRequest) -> HttpResponse:
    """List the requirements."""
    listing = Listing(request, requirements_visible(request.user), columns=COLUMNS, filters=FILTERS, sort="-at")
    if listing.wants_export:
        return listing.export("requirements")
    context = {
        "page_title": _t("Service level requirements"), "listing": listing,
        "may_record": can(request.user, "requirement_record"),
    }  # fmt: skip
    return page(request, "agreements/requirements/requirements.html", context, fragment="list")


@login_required
def requirement_new(request: HttpRequest) -> HttpResponse:
    """Record a requirement."""
    require(request.user, "requirement_record")
    initial = {"service": request.GET.get("service", "")}
    form = RequirementForm(request.POST or None, user=request.user, initial=initial)
    if "more" in request.POST:
        form = RequirementForm(initial={**form.typed(), "more": "wish"}, user=request.user)
    elif form.is_valid():
        names = ("customer", "service", "title", "text", "wishes")
        given = {name: form.cleaned_data[name] for name in names}
        try:
            made = services.requirement_record(**given, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("Recorded. The provider is asked for an answer."))
            return redirect("requirement", made.pk)
    context = {"page_title": _t("New requirement"), "form": form, "back": reverse("requirements")}
    return page(request, "agreements/requirements/form.html", context, status=422 if form.errors else 200)


@login_required
def requirement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a requirement differently."""
    found = requirement_get(request.user, pk)
    require(request.user, "requirement_record", found.customer)
    form = RequirementForm(request.POST or None, user=request.user, requirement=found)
    if "more" in request.POST:
        form = RequirementForm(initial={**form.typed(), "more": "wish"}, user=request.user, requirement=found)
    elif form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("title", "text", "wishes")}
        try:
            services.requirement_edit(requirement=found, **given, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("Saved. What has changed is answered anew."))
            return redirect("requirement", pk)
    context = {"page_title": found.title, "form": form, "back": reverse("requirement", args=[pk])}
    return page(request, "agreements/requirements/form.html", context, status=422 if form.errors else 200)


@login_required
def requirement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a requirement: its wishes, the answer, and which clause of which version answers what."""
    return _show(request, requirement_get(request.user, pk), AnswerForm())


def _show(request: HttpRequest, found: Requirement, form: AnswerForm) -> HttpResponse:
    user = request.user
    open_to = {act for (state_of, act) in TRANSITIONS if state_of == found.state}
    answers = can(user, "requirement_answer", found.provider)
    records = can(user, "requirement_record", found.customer)
    traces = traces_of(user, found)
    clauses = clauses_choices(found) if answers and "trace" in open_to else []
    context: dict[str, Any] = {
        "page_title": found.title, "requirement": found, "standing": standing_of(found), "traces": [
            {"trace": one, "wished": wished_text(one.wish), "form": _trace_form(one, clauses)} for one in traces
        ],
        "acts": {
            "edit": records and "edit" in open_to, "withdraw": records and "withdraw" in open_to,
            "answer": answers and "answer" in open_to, "trace": bool(clauses),
            "draft": "draft" in open_to and can(user, "agreement_create", found.provider),
        },
        "answer": form,
    }  # fmt: skip
    return page(request, "agreements/requirements/requirement.html", context, status=422 if form.errors else 200)


def _trace_form(trace: Any, clauses: list[tuple[str, str]]) -> TraceForm | None:
    if not clauses:
        return None
    return TraceForm(clauses=clauses, initial={"clause": trace.wish.clause}, auto_id=f"id_{trace.wish.pk}_%s")


def wished_text(wish: Any) -> str:
    """Return the figure of a wish in words: "at least 99.9 %, within 4 h"."""
    if not wish.target:
        return ""
    target = parse_target(wish.target)
    said = OPERATORS[target.op] % {"value": target_value(target)}
    return f"{wish.get_kind_display()}: {said}" + (f", {wish.limit}" if wish.limit else "")


@login_required
@require_POST
def requirement_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Answer or withdraw a requirement."""
    found = requirement_get(request.user, pk)
    if verb not in ("answer", "withdraw"):
        raise Http404
    form = AnswerForm(request.POST)
    if verb == "answer" and not form.is_valid():
        return _show(request, found, form)
    given = {"requirement": found, "actor": request.user, "now": timezone.now()}
    try:
        if verb == "answer":
            services.requirement_answer(answer=form.cleaned_data["answer"], **given)
        else:
            services.requirement_withdraw(**given)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _t("Answered.") if verb == "answer" else _t("Withdrawn."))
    return redirect("requirement", pk)


@login_required
@require_POST
def wish_trace(request: HttpRequest, pk: int, wish: int) -> HttpResponse:
    """Say which clause answers a wish."""
    found = requirement_get(request.user, pk)
    row = found.wishes.filter(pk=wish).first()
    if row is None:
        raise Http404
    form = TraceForm(request.POST, clauses=clauses_choices(found))
    try:
        if not form.is_valid():
            raise ValidationError(_t("The agreement has no such clause."))
        clause = form.cleaned_data["clause"]
        services.wish_trace(wish=row, clause=clause, actor=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("requirement", pk)


@login_required
def requirement_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a requirement into the draft of an agreement, from a template or from scratch."""
    found = requirement_get(request.user, pk)
    require(request.user, "agreement_create", found.provider)
    templates = [(one.name, one.words[0]) for one in entries_seen(request.user) if one.whole]
    initial = {"title": _t("%(service)s for %(customer)s") % {"service": found.service, "customer": found.customer}}
    form = RequirementDraftForm(request.POST or None, templates=templates, user=request.user, initial=initial)
    if form.is_valid():
        try:
            made = _drafted(request.user, found, form.cleaned_data)
        except DocumentRefused as error:
            form.add_error("effective_from" if error.key.startswith("spec.effective") else None, error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("The agreement is open: its draft says what is wished for."))
            return redirect("version", made.slug, 1)
    context = {"page_title": _t("Draft from a requirement"), "requirement": found, "form": form}
    return page(request, "agreements/requirements/draft.html", context, status=422 if form.errors else 200)


def _drafted(user: User, found: Requirement, data: dict[str, Any]) -> Any:
    """Open the draft with the template's usual figures, which the wishes then overrule."""
    terms: dict[str, Any] = {}
    if data["template"]:
        entry = entry_seen(user, data["template"])
        values = {f"{part.name}.{one.name}": one.start for part in entry.members() for one in part.fields}
        values["effective_from"] = data["effective_from"].isoformat()
        terms = terms_of(entry, values, (get_language() or "en")[:2])
    given = {name: data[name] for name in ("slug", "title", "type", "timezone", "effective_from")}
    return services.requirement_draft(requirement=found, given=given, terms=terms, actor=user, now=timezone.now())
