"""What surrounds every page: a reference number, the reader's language, zone and theme, and errors as answers."""

import logging
import secrets
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from slmo.web.errors import error_answer
from slmo.web.preferences import language_of, theme_of, timezone_of

log = logging.getLogger(__name__)
HEALTH = "/health/"
GetResponse = Callable[[HttpRequest], HttpResponse]


class ReferenceMiddleware:
    """Give every request a short reference number; it stands on error pages, in the log and in X-Reference."""

    def __init__(self, get_response: GetResponse) -> None:
        """Remember the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request and its answer."""
        request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Reference"] = request.reference  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn what a view raised into its answer (slmo.web.errors); log a failure with the reference."""
        answer = error_answer(request, exception)
        if answer is None:
            log.error("%s failed at %s", getattr(request, "reference", "-"), request.path, exc_info=exception)
        return answer


class PreferencesMiddleware:
    """Show the page in the reader's language, zone and theme: a person's own, else what cookies say."""

    def __init__(self, get_response: GetResponse) -> None:
        """Remember the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the preferences for this request alone; the health page must not need the database for it."""
        if request.path == HEALTH:
            return self.get_response(request)
        language = language_of(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        request.theme = theme_of(request)  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(timezone_of(request))):
            response = self.get_response(request)
        response.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        return response


class HtmxLoginMiddleware:
    """Send the whole page to log-in where a fragment was asked for without a session, not the log-in form into it."""

    def __init__(self, get_response: GetResponse) -> None:
        """Remember the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn a redirect to log-in into htmx's own redirect, back to the page on screen."""
        response = self.get_response(request)
        htmx = getattr(request, "htmx", None)
        login = resolve_url(settings.LOGIN_URL)
        if htmx and response.status_code == 302 and response["Location"].startswith(login):
            away = HttpResponse(status=204)
            away["HX-Redirect"] = f"{login}?next={htmx.current_url_abs_path or '/'}"
            patch_vary_headers(away, ["HX-Request"])
            return away
        return response
