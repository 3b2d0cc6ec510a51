"""A person's calendar: turns, ends of terms, last days for notice, reviews, improvements, time that does not count."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import TRANSP, Calendar, Event

from agreements.horizon import EXPIRES, RENEWS, ahead_listed
from agreements.models import BOTH, Negotiation
from agreements.negotiations import negotiations_moving
from agreements.selectors import agreements_visible, terms_load
from governance.selectors import UNCONCLUDED, UNFINISHED, improvements_visible, reviews_visible
from monitoring.models import ProposalState
from monitoring.proposals import exclusions_visible
from slmo.accounts.models import User
from slmo.core.units import Window

AHEAD = 400  # days: a year, and what comes just after it
EXPANDED = 180  # days for which windows that recur are written out
BEHIND = timedelta(days=30)  # what has just passed stays, so that it does not vanish under the reader's eyes
MOST = 500  # events of each kind


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar: a whole day, or from an instant to another."""

    uid: str
    start: date | datetime
    end: date | datetime | None
    summary: str
    path: str
    description: str = ""


def calendar_text(user: User, now: datetime) -> bytes:
    """Return the person's calendar as iCalendar (RFC 5545), in their language; times are UTC, days are days."""
    with translation.override(user.language):
        calendar = Calendar.new(
            uid=f"calendar-{user.pk}@{settings.SITE_URL.partition('//')[2]}",
            prodid="-//SLMO//calendar//EN",
            name="SLMO",
            language=user.language,
            refresh_interval=timedelta(hours=1),
        )
        for entry in entries_of(user, now):
            calendar.add_component(_event(entry, now))
        return bytes(calendar.to_ical())


def entries_of(user: User, now: datetime) -> list[Entry]:
    """Return what the person may see of what lies ahead, in the language in force."""
    found = [*_turns(user), *_terms(user, now), *_reviews(user, now), *_improvements(user, now),
             *_approved(user, now), *_agreed(user, now)]  # fmt: skip
    return sorted(found, key=lambda one: (_instant(one.start), one.uid))


def _event(entry: Entry, now: datetime) -> Event:
    """Return an entry as a component; an address of the portal leads to the thing itself."""
    url = settings.SITE_URL + entry.path
    event = Event.new(
        uid=f"{entry.uid}@{settings.SITE_URL.partition('//')[2]}",
        stamp=now.replace(microsecond=0),
        start=entry.start,
        summary=entry.summary,
        description="\n".join(filter(None, [entry.description, url])),
        url=url,
        transparency=TRANSP.TRANSPARENT,
    )
    if entry.end is not None:
        event.end = entry.end
    return event


def _instant(start: date | datetime) -> datetime:
    """Return an instant by which days and times can be put in order."""
    return start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, tzinfo=UTC)


def _turns(user: User) -> Iterator[Entry]:
    """Yield the ends of the turns in negotiations that are going on."""
    for one in negotiations_moving(user).filter(turn_until__isnull=False)[:MOST]:
        agreement, until = one.agreement, one.turn_until
        if until is None:
            continue
        summary = _("Turn of %(organisation)s ends: %(agreement)s") % {
            "organisation": _late(one),
            "agreement": agreement.title,
        }
        at = until.astimezone(UTC).replace(microsecond=0)
        path = reverse("agreement", args=[agreement.slug])
        yield Entry(f"turn-{one.pk}-{one.turn_since:%Y%m%dT%H%M%S}", at - timedelta(minutes=30), at, summary, path)


def _late(negotiation: Negotiation) -> str:
    """Return the names of those whose turn it is."""
    agreement = negotiation.agreement
    if negotiation.turn == BOTH:
        return f"{agreement.provider.name}, {agreement.customer.name}"
    return str(agreement.organisation_of(negotiation.turn).name)


def _terms(user: User, now: datetime) -> Iterator[Entry]:
    """Yield the last days of terms, and those on which notice is still in time."""
    for one in ahead_listed(user, now, AHEAD)[:MOST]:
        agreement, path = one.agreement, reverse("agreement", args=[one.agreement.slug])
        title = {"agreement": agreement.title}
        if one.what == RENEWS:
            summary = _("Term ends and is extended by itself: %(agreement)s") % title
        elif one.what == EXPIRES:
            summary = _("Agreement expires: %(agreement)s") % title
        else:
            summary = _("Agreement ends: %(agreement)s") % title
        yield Entry(f"term-{agreement.pk}-{one.last:%Y%m%d}", one.last, None, summary, path)
        if one.notice_by is not None and not one.notice_passed:
            summary = _("Last day for notice: %(agreement)s") % title
            yield Entry(f"notice-{agreement.pk}-{one.notice_by:%Y%m%d}", one.notice_by, None, summary, path)


def _reviews(user: User, now: datetime) -> Iterator[Entry]:
    """Yield the reviews that were not concluded yet."""
    for review in reviews_visible(user).filter(state__in=UNCONCLUDED, due_at__gte=now - BEHIND)[:MOST]:
        at = review.due_at.astimezone(UTC).replace(microsecond=0)
        summary = _("Service review: %(agreement)s") % {"agreement": review.agreement.title}
        path = reverse("review", args=[review.pk])
        yield Entry(f"review-{review.pk}", at, at + timedelta(hours=1), summary, path, review.agenda)


def _improvements(user: User, now: datetime) -> Iterator[Entry]:
    """Yield the days on which unfinished improvements are due."""
    rows = improvements_visible(user).filter(state__in=UNFINISHED, due_on__gte=(now - BEHIND).date()).distinct()
    for one in rows[:MOST]:
        if one.due_on is not None:
            summary = _("Improvement due: %(title)s") % {"title": one.title}
            yield Entry(f"improvement-{one.pk}", one.due_on, None, summary, reverse("improvement_entry", args=[one.pk]))


def _approved(user: User, now: datetime) -> Iterator[Entry]:
    """Yield the time that was approved not to count."""
    rows = exclusions_visible(user).filter(state=ProposalState.APPROVED, end__gte=now - BEHIND)
    for one in rows.order_by("start")[:MOST]:
        summary = _("Does not count: %(subject)s") % {"subject": one.agreement or one.service}
        start, end = (at.astimezone(UTC).replace(microsecond=0) for at in (one.start, one.end))
        yield Entry(f"exclusion-{one.pk}", start, end, summary, reverse("exclusion", args=[one.pk]), one.reason)


def _agreed(user: User, now: datetime) -> Iterable[Entry]:
    """Return the windows that the agreements themselves leave out, maintenance above all, for half a year."""
    start = int((now - BEHIND).timestamp())
    window = Window(start, int((now + timedelta(days=EXPANDED)).timestamp()))
    agreements = {one.pk: one for one in agreements_visible(user)}
    found = []
    for pk, terms in terms_load(agreements.values()).items():
        agreement = agreements[pk]
        path = reverse("agreement", args=[agreement.slug])
        summary = _("Does not count: %(subject)s") % {"subject": agreement.title}
        for version in terms.versions:
            within = version.window.meet(window)
            for one in version.exclusions:
                for span in one.expand(within).windows()[:MOST]:
                    first, last = (datetime.fromtimestamp(at, UTC) for at in span)
                    uid = f"agreed-{pk}-{first:%Y%m%dT%H%M%S}-{last:%Y%m%dT%H%M%S}"
                    found.append(Entry(uid, first, last, summary, path, one.reason))
    return found[: 2 * MOST]
