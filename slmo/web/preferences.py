"""The reader's language, zone and theme: the person's own settings, else what cookies say, else the defaults."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "slmo_theme"
TIMEZONE_COOKIE = "slmo_timezone"
YEAR = 365 * 86_400


def person_value(request: HttpRequest, field: str) -> str:
    """Return a preference of the person who is logged in, or nothing."""
    user = getattr(request, "user", None)
    return str(getattr(user, field, "")) if user is not None and user.is_authenticated else ""


def language_of(request: HttpRequest) -> str:
    """Return the person's language; empty leaves the choice to cookie and browser (LocaleMiddleware)."""
    language = person_value(request, "language")
    return language if language in dict(settings.LANGUAGES) else ""


def theme_of(request: HttpRequest) -> str:
    """Return "light", "dark" or "auto"."""
    theme = person_value(request, "theme") or request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def timezone_of(request: HttpRequest) -> str:
    """Return the IANA name of the reader's zone; a cookie that names none counts as absent."""
    name = person_value(request, "timezone") or request.COOKIES.get(TIMEZONE_COOKIE, "").replace("%2F", "/")
    try:
        return ZoneInfo(name).key if name else settings.TIME_ZONE
    except (KeyError, ValueError, OSError):
        return settings.TIME_ZONE
