"""Verification: of a file or digest by anybody, of a version by its parties; and everything to take away."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.forms.verify import VerifyForm
from agreements.models import SealedPaper, VersionState
from agreements.reading.brought import Brought, digest_brought, file_brought
from agreements.reading.bundle import bundle_make, paper_name
from agreements.reading.verification import finding_sentence, version_verify
from agreements.selectors import agreements_visible, version_get
from agreements.services.paper import seal_key
from slmo.seal.errors import SealError
from slmo.web.pages import page

TRIES = 30  # checks from one address
PAUSE = timedelta(minutes=1)


def verify(request: HttpRequest) -> HttpResponse:
    """Say of a file or a digest whether it is what was signed here; no log-in is asked."""
    asked = request.method == "POST" or "digest" in request.GET
    form = (
        VerifyForm(request.POST if request.method == "POST" else request.GET, request.FILES) if asked else VerifyForm()
    )
    found, status = None, 200
    if asked and _too_often(request):
        form.add_error(None, _("You have asked very often. Wait a minute, then ask again."))
        status = 429
    elif asked and form.is_valid():
        found = _brought(form)
    else:
        status = 422 if asked else 200
    context: dict[str, Any] = {
        "page_title": _("Verify an agreement"),
        "frame_template": "base.html" if request.user.is_authenticated else "account/door.html",
        "form": form,
        "found": found,
        "own": _own(request, found),
    }
    return page(request, "agreements/verify.html", context, status=status)


def certificate(request: HttpRequest) -> HttpResponse:
    """Return the certificates of this installation's seals, the present one first, as one PEM file."""
    kept = SealedPaper.objects.order_by("-sealed_at").values_list("certificate", flat=True)
    try:
        present = [seal_key(timezone.now()).certificate_pem]
    except SealError:
        present = []
    found = list(dict.fromkeys([*present, *kept]))
    if not found:
        raise Http404
    response = HttpResponse("".join(found), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="certificate.pem"'
    return response


@login_required
def paper(request: HttpRequest, slug: str, number: int, language: str) -> HttpResponse:
    """Return a version's sealed PDF in one language."""
    version = version_get(request.user, slug, number)
    kept = version.papers.filter(language=language).first()
    if kept is None:
        raise Http404
    response = HttpResponse(bytes(kept.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper_name(version, language)}"'
    return response


@login_required
def bundle(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return everything about a signed version as one zip."""
    version = version_get(request.user, slug, number)
    if version.state != VersionState.SIGNED:
        raise Http404
    response = HttpResponse(bundle_make(version), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{slug}-v{number}.zip"'
    return response


@login_required
def version_check(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Check a signed version now, and say what does not fit."""
    version = version_get(request.user, slug, number)
    if version.state != VersionState.SIGNED:
        raise Http404
    sentences = [finding_sentence(one) for one in version_verify(version)]
    context = {"version": version, "agreement": version.agreement, "sentences": sentences, "at": timezone.now()}
    return page(request, "agreements/_checked.html", context)


def _brought(form: VerifyForm) -> Brought:
    """Return what is known of what was brought."""
    file = form.cleaned_data["file"]
    return file_brought(file.read()) if file else digest_brought(form.cleaned_data["digest"])


def _own(request: HttpRequest, found: Brought | None) -> bool:
    """Tell whether the reader may open the agreement that it is about."""
    if found is None or found.version is None or not request.user.is_authenticated:
        return False
    return agreements_visible(request.user).filter(pk=found.version.agreement_id).exists()


def _too_often(request: HttpRequest) -> bool:
    """Count the checks of one address; each costs a fraction of a second."""
    key = f"verify:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, PAUSE.total_seconds())
    return bool(cache.incr(key) > TRIES)
