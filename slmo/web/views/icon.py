"""The icon at the address where browsers look for one by themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Lead to the portal's icon."""
    return redirect(static("img/favicon.svg"))
