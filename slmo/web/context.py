"""What every template may use without asking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from slmo.accounts.policy import Can
from slmo.web.brand import BRAND
from slmo.web.nav import nav_links, url_or_none


def organisation_names(user: Any) -> list[str]:
    """Return the names of the organisations that a person acts for."""
    return [assignment.organisation.name for assignment in user.assignments.select_related("organisation")]


def demo_logins() -> list[dict[str, str]]:
    """Return the demo's log-ins (email, password, name, role) where this installation shows its demo."""
    path = getattr(settings, "SLMO_DEMO_LOGINS", "")
    return list(import_string(path)()) if getattr(settings, "SLMO_DEMO", False) and path else []


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return navigation, permissions, brand, theme, languages and the addresses that the frame links to."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return {
        "brand": BRAND,
        "theme": getattr(request, "theme", "auto"),
        "languages": settings.LANGUAGES,
        "can": Can(user),
        "nav": SimpleLazyObject(lambda: nav_links(request) if known else []),
        "organisations": SimpleLazyObject(lambda: organisation_names(user) if known else []),
        "frame": {
            name: url_or_none(name) for name in ("search", "notifications", "preferences", "today", "account_logout")
        },
        "demo_logins": SimpleLazyObject(lambda: [] if known else demo_logins()),
        "sprite": static("icons.svg"),
    }
