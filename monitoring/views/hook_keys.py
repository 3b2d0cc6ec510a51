"""Keys of webhooks: made and shown once, and the former one withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from monitoring.push_page import example_of, hook_url
from monitoring.selectors import source_get
from monitoring.services.webhook_keys import FORMER, webhook_key_make, webhook_key_withdraw
from monitoring.views.facts import reader
from slmo.web.pages import page


@never_cache
@login_required
@require_POST
def hook_key(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a key and show it in the answer, and never again."""
    user = reader(request)
    source = source_get(user, slug)
    key = webhook_key_make(source=source, actor=user, now=timezone.now())
    source.refresh_from_db(fields=["secrets"])
    context = {
        "source": source, "key": key, "url": hook_url(source), "example": example_of(source, key),
        "has_former": FORMER in source.secrets,
    }  # fmt: skip
    return page(request, "monitoring/hook_key.html", context)


@login_required
@require_POST
def hook_key_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the former key worthless."""
    user = reader(request)
    source = source_get(user, slug)
    webhook_key_withdraw(source=source, actor=user, now=timezone.now())
    messages.success(request, _("The former key is withdrawn; only the present one is valid."))
    return redirect("source", source.slug)
