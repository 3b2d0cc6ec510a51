"""Files of a version: added to a draft, taken off it, downloaded."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements import services
from agreements.attachments import attachment_find, attachments_of
from agreements.forms.attachment import AttachmentForm
from agreements.selectors import version_get
from agreements.views.editor.base import draft_get, editor_url
from slmo.web.pages import page
from slmo.web.uploads import download


@login_required
def attachments(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show the files of a draft, and add one."""
    version = draft_get(request, slug, number)
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.attachment_add(
                version=version, upload=data["file"], title=data["title"], annex=data["annex"], actor=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The file is added."))
            return redirect("version_attachments", slug, number)
    context = {
        "page_title": _("Files of version %(number)d") % {"number": number}, "version": version,
        "agreement": version.agreement, "form": form, "files": attachments_of(version), "back": editor_url(version),
    }  # fmt: skip
    return page(request, "agreements/attachments.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def attachment_drop(request: HttpRequest, slug: str, number: int, sha256: str) -> HttpResponse:
    """Take a file off a draft."""
    version = draft_get(request, slug, number)
    services.attachment_remove(version=version, sha256=sha256, actor=request.user, now=timezone.now())
    messages.success(request, _("The file is removed."))
    return redirect("version_attachments", slug, number)


@login_required
@require_safe
def attachment(request: HttpRequest, slug: str, number: int, sha256: str) -> HttpResponse:
    """Send a file of a version as a download."""
    found = attachment_find(version_get(request.user, slug, number), sha256)
    return download(found.name, found.content_type, bytes(found.content))
