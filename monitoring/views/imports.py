"""Importing a file of facts: choose, look at what it would bring, record.

Between the look and the recording the file lies, compressed, in the cache under a token of the person's own.
"""

import io
import secrets
import zlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Indicator
from monitoring.forms.facts import UploadForm, indicators_for
from monitoring.kinds import KINDS
from monitoring.models import FactState
from monitoring.rows_shown import labels_shown, moment_shown, row_shown
from monitoring.services.imports import BYTES_MOST, ImportRefused, Preview, import_commit, import_preview
from monitoring.views.facts import indicator_url, reader
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.web.pages import page

KEPT = 3600  # seconds in which a file that was looked at may be recorded
CHANGES = (
    "at,state\n2026-01-01T00:00:00Z,up\n2026-01-14T09:30:00Z,down\n2026-01-14T09:52:30Z,up\n"
    "2026-02-03T22:10:00Z,degraded\n2026-02-03T23:00:00Z,up\n"
)
SAMPLES = {"changes": CHANGES} | {kind.files[-1]: kind.sample for kind in KINDS.values()}


@login_required
def facts_import(request: HttpRequest) -> HttpResponse:
    """Choose a file, or record one that was looked at."""
    user = reader(request)
    if not indicators_for(user, "facts_import").exists():
        require(user, "facts_import")
    if request.method != "POST":
        return _choose(request, UploadForm(user, initial={"indicator": request.GET.get("indicator")}))
    if "token" in request.POST:
        return _record(request, user)
    form = UploadForm(user, request.POST, request.FILES)
    if not form.is_valid():
        return _choose(request, form)
    return _look(request, user, form)


def _choose(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Show the first step."""
    context = {"form": form, **_step(0)}
    return page(request, "monitoring/import.html", context, status=422 if form.errors else 200)


def _look(request: HttpRequest, user: User, form: UploadForm) -> HttpResponse:
    """Show what the file would bring, or what is wrong with its lines."""
    indicator, upload = form.cleaned_data["indicator"], form.cleaned_data["file"]
    zone = form.cleaned_data["zone"]
    preview = import_preview(indicator=indicator, upload=upload, file_name=upload.name, zone=zone, actor=user)
    token = ""
    if preview.usable:
        upload.seek(0)
        token = secrets.token_urlsafe(24)
        kept = {
            "content": zlib.compress(upload.read(BYTES_MOST + 1), 1),
            "name": upload.name,
            "indicator": indicator.pk,
            "zone": zone,
        }
        cache.set(_key(user, token), kept, KEPT)
    context = {
        "form": UploadForm(user, initial={"indicator": indicator}),
        "indicator": indicator,
        "preview": preview,
        "errors": preview.errors,
        "token": token,
        **_step(1),
        **_shown(preview),
    }
    return page(request, "monitoring/import.html", context, status=200 if preview.usable else 422)


def _shown(preview: Preview) -> dict[str, Any]:
    """Return the rows and counts of a preview as the page shows them."""
    names = {state.value: state.name.lower() for state in FactState}
    kind = preview.kind
    return {
        "span_start": moment_shown(preview.start),
        "span_end": moment_shown(preview.end),
        "labels": labels_shown(kind),
        "rows": [row_shown(kind, row) for row in preview.first] if kind else [],
        "counts": [{"state": names[key], "count": count} for key, count in preview.states.items()],
        "unnamed": preview.rows - len(preview.first),
    }


def _record(request: HttpRequest, user: User) -> HttpResponse:
    """Record the file that was looked at, as a whole or not at all."""
    kept = cache.get(_key(user, request.POST["token"]))
    if not kept:
        messages.warning(request, _("The file is no longer at hand; choose it once more. Nothing was recorded."))
        return redirect("facts_import")
    form = UploadForm(user)
    indicator: Indicator = form.fields["indicator"].queryset.get(pk=kept["indicator"])  # type: ignore[attr-defined]
    upload = io.BytesIO(zlib.decompress(kept["content"]))
    try:
        batch = import_commit(
            indicator=indicator,
            upload=upload,
            sha256=request.POST.get("sha256", ""),
            file_name=kept["name"],
            zone=kept["zone"],
            actor=user,
            now=timezone.now(),
        )
    except ImportRefused as refused:
        form = UploadForm(user, initial={"indicator": indicator})
        context = {"form": form, "indicator": indicator, "errors": refused.errors, **_step(1)}
        return page(request, "monitoring/import.html", context, status=422)
    cache.delete(_key(user, request.POST["token"]))
    said = ngettext("%(count)d fact is new", "%(count)d facts are new", batch.new) % {"count": batch.new}
    messages.success(request, _("%(new)s; what they change is being worked out.") % {"new": said})
    return redirect(indicator_url(indicator))


def _key(user: User, token: str) -> str:
    """Return the cache's key for one person's file."""
    return f"import:{user.pk}:{token[:64]}"


def _step(place: int) -> dict[str, Any]:
    """Return what each step of an import shows: the steps as their component takes them, and the kinds of files."""
    labels = (_("Choose a file"), _("Look at what it brings"), _("Record it"))
    states = ["done" if number < place else "current" if number == place else "todo" for number in range(len(labels))]
    steps = [{"label": label, "state": state, "note": ""} for label, state in zip(labels, states, strict=True)]
    return {"steps": steps, "kinds": KINDS.values()}


@login_required
def import_sample(request: HttpRequest, name: str) -> HttpResponse:
    """Send a sample file of one kind."""
    if name not in SAMPLES:
        raise Http404
    response = HttpResponse(SAMPLES[name], content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sample-{name}.csv"'
    return response
