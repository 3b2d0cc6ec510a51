"""The first page of administration: what there is to administer, in sentences."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can
from slmo.accounts.selectors import api_tokens_of, organisations_visible_to, users_visible_to
from slmo.audit.selectors import entries_visible
from slmo.web.pages import page


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the parts of administration that the person may use, each with what it holds now."""
    user = cast(User, request.user)
    context = {
        "people": _people(user) if can(user, "user_edit") else None,
        "kinds": _kinds(user) if can(user, "organisation_edit") else None,
        "last": entries_visible(user).first() if can(user, "audit_view") else None,
        "tokens": api_tokens_of(user).filter(_valid()).count(),
    }
    return page(request, "accounts/administration.html", context)


def _people(user: User) -> dict[str, int]:
    """Return how many users there are, and how many are active."""
    return users_visible_to(user).order_by().aggregate(total=Count("pk"), active=Count("pk", filter=Q(is_active=True)))


def _kinds(user: User) -> dict[str, int]:
    """Return how many organisations there are of each kind."""
    counts = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in Organisation.Kind}
    return organisations_visible_to(user).order_by().aggregate(**counts)


def _valid() -> Q:
    """Return the condition that a token can still be used."""
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
