"""Change theme and language: for a person in the account, for everybody in a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from slmo.web.pages import wants_fragment
from slmo.web.preferences import THEME_COOKIE, THEMES, YEAR


def back_to(request: HttpRequest) -> str:
    """Return where the reader came from, as long as it is on this portal."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


def person_save(request: HttpRequest, field: str, value: str) -> None:
    """Keep a preference in the account of the person who is logged in."""
    user = request.user
    if user.is_authenticated:
        setattr(user, field, value)
        user.save(update_fields=[field])


def answer(request: HttpRequest) -> HttpResponse:
    """Return to the page, or nothing where a script changed it already."""
    return HttpResponse(status=204) if wants_fragment(request) else redirect(back_to(request))


@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Keep the theme."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest(_("There is no such theme."))
    person_save(request, "theme", theme)
    response = answer(request)
    response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax")
    return response


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Keep the language."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("There is no such language."))
    person_save(request, "language", language)
    response = answer(request)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
    return response
