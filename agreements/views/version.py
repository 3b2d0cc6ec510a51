"""One version: its terms to read, what it changes, who has signed, and its text to take away."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agreements.attachments import attachments_of
from agreements.models import Side, Version, VersionState
from agreements.reading.bundle import papers_listed
from agreements.reading.clauses import version_read
from agreements.reading.rail import turn_of
from agreements.reading.redline import changes_counted, redline
from agreements.selectors import sides_of, version_get, versions_visible
from agreements.services import document_write
from agreements.services.authority import sides_refused
from agreements.services.news import signers_of
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.core.terms import agreement_parse
from slmo.web.pages import page

VIEWS = ("terms", "changes", "text")


@login_required
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a version: its terms, or the redline against its base, or its text."""
    found = version_get(request.user, slug, number)
    terms = agreement_parse([found.document]).versions[0]
    base = _base_shown(request.user, found)
    changes = redline(agreement_parse([base.document]).versions[0], terms) if base else []
    wanted = request.GET.get("view", "")
    view = wanted if wanted in VIEWS else ("changes" if base and found.state != VersionState.SIGNED else "terms")
    context: dict[str, Any] = {
        "page_title": f"{found.agreement.title} · {number}",
        "version": found,
        "agreement": found.agreement,
        "base": base,
        "changes": changes,
        "changed": changes_counted(changes),
        "view": view,
        "sections": version_read(terms) if view == "terms" else [],
        "text": document_write(found.document) if view == "text" else "",
        "signatures": _signatures(request.user, found),
        "turn": turn_of(found, request.user) if found.state in ("draft", "proposed") else None,
        "papers": papers_listed(found) if found.state == VersionState.SIGNED else [],
        "acts": _acts(request.user, found),
        "files": attachments_of(found),
        "may_keep": any(
            can(request.user, "template_edit", found.agreement.organisation_of(side))
            for side in sides_of(request.user, found.agreement)
        ),
    }
    return page(request, "agreements/version.html", context, fragment="content")


@login_required
def download(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return the version's text as a file."""
    found = version_get(request.user, slug, number)
    response = HttpResponse(document_write(found.document), content_type="application/yaml; charset=utf-8")
    name = f"{slug}-{found.effective_from.isoformat()}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _base_shown(user: User, found: Version) -> Version | None:
    """Return the version that this one amends, where the reader may see it."""
    if found.base_id is None:
        return None
    return versions_visible(user, found.agreement).filter(pk=found.base_id).first()


def _signatures(user: User, found: Version) -> list[dict[str, Any]]:
    """Return both sides with their signature, or with what the reader may do about a missing one."""
    signed = {signature.side: signature for signature in found.signatures.all()}
    proposed = found.state == VersionState.PROPOSED
    own, agreement = sides_of(user, found.agreement), found.agreement
    refused = sides_refused(version=found, actor=user, sides=own, now=timezone.now()) if proposed else {}
    rows = []
    for side in Side.values:
        organisation = agreement.organisation_of(side)
        missing = proposed and side not in signed
        mine = missing and side in own and can(user, "version_sign", organisation)
        may_record = missing and side not in own and can(
            user, "version_sign_recorded", agreement.provider, agreement.customer
        )  # fmt: skip
        rows.append({
            "side": side,
            "label": Side(side).label,
            "organisation": organisation,
            "signature": signed.get(side),
            "may_sign": mine and side not in refused,
            "refused": refused.get(side, "") if mine else "",
            "may_record": may_record and not signers_of(organisation).exists(),
        })  # fmt: skip
    return rows


def _acts(user: User, found: Version) -> dict[str, bool]:
    """Return what the reader may do with the version in its present state."""
    side = found.agreement.organisation_of(found.drafted_side)
    draft, proposed = found.state == VersionState.DRAFT, found.state == VersionState.PROPOSED
    own = found.drafted_side in sides_of(user, found.agreement)
    return {
        "edit": own and draft and not found.is_ending and can(user, "version_draft", side),
        "propose": own and draft and can(user, "version_propose", side),
        "withdraw": own and (draft or proposed) and can(user, "version_withdraw", side),
    }
