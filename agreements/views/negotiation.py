"""What people do at the negotiating table: amend, edit, propose, sign, withdraw."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from agreements import services
from agreements.errors import Conflict, DocumentRefused
from agreements.forms.terms import AmendForm, ProofForm, ProposeForm, SignForm, SignRecordedForm, TermsForm, TextForm
from agreements.models import Side, Version
from agreements.reading.clauses import version_read
from agreements.reading.exposure import exposure_lines
from agreements.reading.redline import Change, redline
from agreements.selectors import agreement_get, version_get
from agreements.services.authority import exposure_read, signers_possible, signing_refusal
from agreements.services.drafting import draft_reconcile
from agreements.services.negotiation import turn_end_on
from agreements.services.version import side_drafting
from agreements.views.editor.base import back_url, draft_get, problems_of, terms_typed
from agreements.views.editor.parts import parts_of
from slmo.accounts.policy import require
from slmo.accounts.services.identity import Proof
from slmo.core.terms import agreement_parse
from slmo.web.pages import page

MODES: dict[str, type[TermsForm] | type[TextForm]] = {"terms": TermsForm, "text": TextForm}


@login_required
def version_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Open an amendment: a draft with the terms in force, from a new date."""
    agreement = agreement_get(request.user, slug)
    require(request.user, "version_draft", agreement.organisation_of(side_drafting(agreement, request.user)))
    today = timezone.now().astimezone(ZoneInfo(agreement.timezone)).date()
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    form = AmendForm(request.POST or None, initial={"effective_from": next_month})
    if form.is_valid():
        try:
            draft = services.version_draft(
                agreement=agreement, **form.cleaned_data, actor=request.user, now=timezone.now()
            )
        except DocumentRefused as error:
            form.add_error("effective_from" if error.key.startswith("spec.effective") else None, error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("This is your draft. The other side sees it once you propose it."))
            return redirect("room", slug=slug, number=draft.number)
    title = _("Amend “%(title)s”") % {"title": agreement.title}
    context = {"page_title": title, "agreement": agreement, "form": form}
    return page(request, "agreements/amend.html", context, status=422 if form.errors else 200)


@login_required
def version_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Edit a draft: the main terms by field (`mode=terms`), or its whole text (`mode=text`)."""
    version = draft_get(request, slug, number)
    mode = request.POST.get("mode") or request.GET.get("mode", "terms")
    mode = mode if mode in MODES else "terms"
    form = MODES[mode](request.POST or None, version=version)
    if "preview" in request.POST:
        return _preview(request, version, form)
    context: dict[str, Any] = {"version": version, "agreement": version.agreement, "mode": mode, "form": form}
    if form.is_valid():
        try:
            services.version_edit(
                version=version,
                document=form.document(),
                note=form.cleaned_data["note"],
                expected_changed_at=form.cleaned_data["changed_at"],
                actor=request.user,
                now=timezone.now(),
            )
        except Conflict as error:
            form, theirs = _reconciled(request, version, form)
            context |= {"conflict": error.messages[0], "theirs": theirs, "form": form}
        except DocumentRefused as error:
            form.refuse_document(error)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect(back_url(request, version) or reverse("version", args=[slug, number]))
    context |= {"page_title": _("Edit version %(number)d") % {"number": number}, **parts_of(version)}
    failed = form.errors or "conflict" in context
    return page(request, "agreements/version_form.html", context, status=422 if failed else 200)


def _preview(request: HttpRequest, version: Version, form: TermsForm | TextForm) -> HttpResponse:
    """Return what the typed terms would change, before anything is saved."""
    context: dict[str, Any] = {"problems": [], "changes": []}
    base = version.base or version
    if form.is_valid():
        try:
            context["changes"] = [change for change in _redline(base, form, version) if change.kind != "same"]
        except DocumentRefused as error:
            context["problems"] = error.messages
    else:
        context["problems"] = problems_of(form)
    return page(request, "agreements/_preview.html", context)


def _redline(base: Version, form: TermsForm | TextForm, version: Version) -> list[Change]:
    """Return the redline from a version's text to the typed one; raises DocumentRefused."""
    return redline(agreement_parse([base.document]).versions[0], terms_typed(version, form.document()))


def _reconciled(
    request: HttpRequest, version: Version, form: TermsForm | TextForm
) -> tuple[TermsForm | TextForm, list[Change]]:
    """Return the form with both texts brought together, mine where both changed a clause, and what it would change."""
    stored = version_get(request.user, version.agreement.slug, version.number)
    before = agreement_parse([stored.document]).versions[0]
    stored.document = dict(draft_reconcile(stored, form.document(), version.document))
    again = type(form)(version=stored)
    again.initial["note"] = form.cleaned_data["note"]
    try:
        changes = redline(before, terms_typed(stored, stored.document))
    except DocumentRefused:
        changes = []
    return again, [change for change in changes if change.kind != "same"]


@login_required
@require_POST
def propose(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Put a draft on the table; `answer_until` is the last day on which the other side may answer."""
    version = version_get(request.user, slug, number)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["answer_until"]))
        return redirect(_next(request, version))
    day = form.cleaned_data["answer_until"]
    until = turn_end_on(version.agreement, day) if day else None
    verb = partial(services.version_propose, answer_until=until)
    done = _("Version %(number)d is proposed. The other side can now read, answer and sign it.")
    return _act(request, version, verb, done)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a draft or a proposal off the table."""
    version = version_get(request.user, slug, number)
    return _act(request, version, services.version_withdraw, _("Version %(number)d is withdrawn."))


def _act(request: HttpRequest, version: Version, verb: Any, done: str) -> HttpResponse:
    """Do one act on a version; a refusal is told on its page."""
    try:
        verb(version=version, actor=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done % {"number": version.number})
    return redirect(_next(request, version))


def _next(request: HttpRequest, version: Version) -> str:
    """Return where the person goes on: in the room where they came from there, else at the version."""
    name = "room" if "room" in request.POST else "version"
    return reverse(name, args=[version.agreement.slug, version.number])


@sensitive_post_parameters("password", "code")
@login_required
def sign(request: HttpRequest, slug: str, number: int, side: str) -> HttpResponse:
    """Sign a version for one side: the digest shown, the will confirmed, the password given again."""
    version = version_get(request.user, slug, number)
    require(request.user, "version_sign", version.agreement.organisation_of(_side(side)))
    form = SignForm(request.POST or None, user=request.user, initial={"digest": version.digest})
    if form.is_valid():
        given = {"proof": proof_of(request, form), "digest": form.cleaned_data["digest"]}
        try:
            signed = services.version_sign(version=version, side=side, actor=request.user, **given, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return _signed(request, signed)
    return _sign_page(request, version, side, form, "agreements/sign.html")


def proof_of(request: HttpRequest, form: ProofForm) -> Proof:
    """Return what the signer gave to be recognised: the password, the code, and when this session logged in."""
    methods = get_authentication_records(request, request.user)
    last = max((float(one["at"]) for one in methods if "at" in one), default=None)
    logged_in_at = datetime.fromtimestamp(last, UTC) if last is not None else None
    return Proof(form.cleaned_data.get("password", ""), form.cleaned_data.get("code", ""), logged_in_at)


@login_required
def sign_recorded(request: HttpRequest, slug: str, number: int, side: str) -> HttpResponse:
    """Record a signature that a party gave outside the portal, with its evidence."""
    version = version_get(request.user, slug, number)
    agreement = version.agreement
    require(request.user, "version_sign_recorded", agreement.provider, agreement.customer)
    form = SignRecordedForm(request.POST or None)
    if form.is_valid():
        given = {field: form.cleaned_data[field] for field in ("signer_name", "evidence")}
        try:
            signed = services.version_sign_recorded(
                version=version, side=_side(side), actor=request.user, **given, now=timezone.now()
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            return _signed(request, signed)
    return _sign_page(request, version, _side(side), form, "agreements/sign_recorded.html")


def _side(side: str) -> str:
    """Return the side that an address names; raises Http404 for any other word."""
    if side not in Side.values:
        raise Http404
    return side


def _signed(request: HttpRequest, version: Version) -> HttpResponse:
    """Tell what the signature did."""
    if version.state == "signed":
        text = _("Both sides have signed: version %(number)d holds from its date.") % {"number": version.number}
    else:
        text = _("Signed. The other side has still to sign.")
    messages.success(request, text)
    return redirect("version", slug=version.agreement.slug, number=version.number)


def _sign_page(request: HttpRequest, version: Version, side: str, form: Any, template: str) -> HttpResponse:
    """Show what is signed beside the form."""
    terms = agreement_parse([version.document]).versions[0]
    context: dict[str, Any] = {
        "page_title": _("Sign version %(number)d") % {"number": version.number},
        "version": version,
        "agreement": version.agreement,
        "organisation": version.agreement.organisation_of(side),
        "form": form,
        "sections": [section for section in version_read(terms) if section.kind == "objective"],
        "exposure": exposure_lines(exposure_read(version)),
    }
    if isinstance(form, SignForm):
        now = timezone.now()
        context["refusal"] = signing_refusal(version=version, side=side, actor=request.user, now=now)
        others = signers_possible(version=version, side=side, now=now) if context["refusal"] else []
        context["others"] = [str(one) for one in others if one != request.user]
    return page(request, template, context, status=422 if form.errors else 200)
