"""The operations board, and where each objective stands."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from monitoring.board import board_rows, board_watched
from monitoring.selectors import breaches_visible
from monitoring.silence import sources_silent
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web.pages import page


@login_required
def operations(request: HttpRequest) -> HttpResponse:
    """Show the board; for htmx only its rows, which is how it keeps itself up to date."""
    return page(request, "monitoring/board.html", board_context(request), fragment="monitoring/_board_rows.html")


def board_context(request: HttpRequest) -> dict[str, object]:
    """Return what the board and its fragment show to this person now."""
    user = request.user
    assert isinstance(user, User)
    require(user, "objective_view")
    now = timezone.now()
    rows = board_rows(user, now)
    return {
        "rows": rows,
        "watched": board_watched(user, now) if not rows else [],
        "silent": sources_silent(user, now).count(),
        "now": now,
        "can": Can(user),
        "breached": sum(row.verdict == "breached" for row in rows),
        "at_risk": sum(row.verdict == "at_risk" for row in rows),
        "historic": breaches_visible(user).filter(historic=True, state="open").count(),
        "tab": "board",
    }
