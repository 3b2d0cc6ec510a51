"""What another system itself says, beside ours."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from monitoring.comparison import source_compared
from monitoring.connectors import ConnectorError
from monitoring.selectors import source_get
from monitoring.views.facts import reader
from slmo.accounts.policy import require
from slmo.web.pages import page


@login_required
def source_comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the other system for its own figures and show them beside ours."""
    user = reader(request)
    found = source_get(user, slug)
    require(user, "source_edit", found.indicator.service.organisation)
    context: dict[str, Any] = {"source": found}
    try:
        context["compared"] = source_compared(found, user, timezone.now())
    except ConnectorError as error:
        context["refused"] = str(error)
    return page(request, "monitoring/comparison.html", context, fragment="monitoring/_comparison.html")
