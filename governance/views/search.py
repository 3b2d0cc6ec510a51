"""Search: a page of its own, and the list inside the command palette."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from governance.search import TEXT_MOST, search
from slmo.accounts.models import User
from slmo.web.pages import page


@login_required
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what the words of `q` find; for htmx and the palette only the list."""
    assert isinstance(request.user, User)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:TEXT_MOST]
    context = {"text": text, "groups": search(request.user, text)}
    return page(request, "governance/search.html", context, fragment="governance/_found.html")
