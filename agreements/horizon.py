"""What expires, is extended by itself or ends: each agreement in force, its next date, and the last day to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from agreements.listed import agreements_listed
from agreements.models import Agreement, Version, VersionState
from slmo.accounts.models import User
from slmo.accounts.selectors import organisation_ids_of
from slmo.core.errors import EngineError
from slmo.core.lifecycle import notice_last, term_at
from slmo.core.terms.conditions import parse_days, parse_months

EXPIRES, RENEWS, ENDS = "expires", "renews", "ends"
WHATS: dict[str, str | Promise] = {
    EXPIRES: pgettext_lazy("an agreement", "Expires"),
    RENEWS: pgettext_lazy("an agreement", "Is extended by itself"),
    ENDS: pgettext_lazy("an agreement", "Was ended"),
}


@dataclass(frozen=True)
class Ahead:
    """One agreement and what comes next in its life.

    `last`: the last day of the term that runs; `what`: what happens after it; `notice_by`: the last day on which notice
    still stops an extension, which may be past; `provides`: whether the reader's side is the one that delivers.
    """

    agreement: Agreement
    what: str
    last: date
    today: date
    notice_by: date | None = None
    months: int = 0
    provides: bool = False

    @property
    def left(self) -> int:
        """Return the days until the last day."""
        return (self.last - self.today).days

    @property
    def act_by(self) -> date:
        """Return the day until which somebody can still change what happens."""
        return self.notice_by if self.notice_by and self.notice_by >= self.today else self.last

    @property
    def notice_passed(self) -> bool:
        """Tell whether it is too late for notice."""
        return self.notice_by is not None and self.notice_by < self.today


def ahead_listed(user: User | AnonymousUser, now: datetime, days: int) -> list[Ahead]:
    """Return the visible agreements in force whose term ends within so many days, the nearest first; one query."""
    own = organisation_ids_of(user)
    signed = Version.objects.filter(agreement=OuterRef("pk"), state=VersionState.SIGNED)
    ruling = signed.exclude(document__spec__has_key="ended").filter(effective_from__lte=OuterRef("today"))
    notice = ruling.order_by("-effective_from").annotate(notice=KT("document__spec__renewal__notice"))
    follows = signed.filter(effective_from__gt=OuterRef("today")).order_by("effective_from")
    rows: QuerySet[Any] = agreements_listed(user, now).annotate(
        renewal_notice=Subquery(notice.values("notice")[:1], output_field=CharField()),
        follows_from=Subquery(follows.exclude(document__spec__has_key="ended").values("effective_from")[:1]),
    )
    found = [_ahead(row, row.provider_id in own) for row in rows.filter(standing="in_force")]
    return sorted(
        (one for one in found if one is not None and 0 <= one.left <= days),
        key=lambda one: (one.last, one.agreement.title),
    )


def _ahead(row: Any, provides: bool) -> Ahead | None:
    """Return what comes next for one listed agreement; None where its term is open, or later terms take it up."""
    end, what, months = _next(row)
    if end is None:
        return None
    notice = notice_last(end, _days(row.renewal_notice)) if what == RENEWS else None
    today: date = row.today
    return Ahead(row, what, end - timedelta(days=1), today, notice, months, provides)


def _next(row: Any) -> tuple[date | None, str, int]:
    """Return when the running term of a listed agreement ends, and what happens then."""
    ended, follows = row.ended_from, row.follows_from
    start, until = row.force_from, row.term_until
    months = _months(row.renewed_by)
    end = term_at(start, until, months, row.today).end
    if ended is not None and (end is None or ended <= end or months):
        return ended, ENDS, 0
    if end is None or (follows is not None and follows <= end):
        return None, "", 0
    return end, RENEWS if months else EXPIRES, months


def _months(text: str | None) -> int:
    """Return by how many months a term is extended; none where the text says so, or cannot be read."""
    try:
        return parse_months(text) if text else 0
    except EngineError:
        return 0


def _days(text: str | None) -> int:
    """Return the days of a notice."""
    try:
        return parse_days(text) if text else 0
    except EngineError:
        return 0


def within(rows: Sequence[Ahead], days: int) -> int:
    """Return how many of the rows end within so many days."""
    return sum(one.left <= days for one in rows)
