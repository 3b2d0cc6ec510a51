"""What the page of a review shows: figures, breaches and reports of the months covered, ready to be drawn."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Review, ReviewState
from governance.selectors import DeliveredRow, breaches_covered, delivered, reports_covered
from governance.squares import square
from monitoring.figures.numbers import figure_of, target_text
from monitoring.figures.objective import period_label
from monitoring.models import PeriodResult
from slmo.web import words

SQUARES_MOST = 24
ORDER = (ReviewState.PLANNED, ReviewState.HELD, ReviewState.CONCLUDED)


@dataclass(frozen=True)
class Line:
    """One objective as a line of the table."""

    name: str
    url: str
    target: str
    results: int
    squares: list[dict[str, Any]]
    missed: int
    judged: int
    worst: PeriodResult | None
    worst_percent: str
    worst_month: str
    credit: Decimal


def review_context(review: Review, *, published_only: bool) -> dict[str, Any]:
    """Return everything that the page shows whoever reads it, but for forms and rights."""
    rows = delivered(review)
    version = review.agreement.versions.filter(state="signed").order_by("-effective_from").first()
    return {
        "review": review,
        "review_steps": steps(review),
        "delivered": [line(review, row) for row in rows],
        "missed": sum(row.missed for row in rows),
        "judged": sum(row.judged for row in rows),
        "unclear": sum(row.unclear for row in rows),
        "currency": version.document.get("spec", {}).get("currency", "") if version else "",
        "breaches": list(breaches_covered(review)),
        "reports": list(reports_covered(review, published_only=published_only)),
        "improvements": list(review.improvements.select_related("owner")),
        "attendees": list(review.attendees.order_by("name")),
        "now": timezone.now(),
    }


def line(review: Review, row: DeliveredRow) -> Line:
    """Return an objective's results as a line of the table, in the agreement's zone."""
    zone = ZoneInfo(review.agreement.timezone)
    worst, target = row.worst, row.results[-1].target if row.results else ""
    return Line(
        name=row.name,
        url=reverse("objective", args=[review.agreement.slug, row.name]),
        target=target_text(target),
        results=len(row.results),
        squares=[square(result, zone) for result in row.results[-SQUARES_MOST:]],
        missed=row.missed,
        judged=row.judged,
        worst=worst,
        worst_percent=figure_of(worst) if worst else "",
        worst_month=period_label(worst.start, worst.end, zone) if worst else "",
        credit=row.credit,
    )


def steps(review: Review) -> list[dict[str, Any]]:
    """Return the three steps of a review as the steps component takes them."""
    place = ORDER.index(ReviewState(review.state))
    at = (review.due_at, review.held_at, review.concluded_at)
    labels = (_("Planned"), _("Held"), _("Concluded"))
    items = []
    for number, label in enumerate(labels):
        done = number <= place
        state = "done" if done else "current" if number == place + 1 else "todo"
        items.append({"label": label, "state": state, "note": words.when(at[number]) if at[number] and done else ""})
    return items
