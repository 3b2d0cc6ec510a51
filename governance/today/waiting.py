"""What waits for one person, each with one act; the oldest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.models import Version, VersionState
from agreements.reading.rail import Turn, turn_of
from agreements.selectors import agreements_visible
from governance.models import ImprovementState, ReviewState
from governance.selectors import improvements_visible, reviews_visible
from monitoring.board import NEXT_ACT, breaches_unclosed
from monitoring.disruptions import disruptions_visible, side_answering
from monitoring.models import DisruptionState, ProposalState, RestatementState
from monitoring.proposal_page import figure_shown, span_shown
from monitoring.proposals import corrections_visible, exclusions_visible, restatements_visible
from monitoring.services.exclusion import organisations_of
from monitoring.silence import sources_silent
from monitoring.writers import may_correct
from reports.models import Report, ReportState
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.web import words

REVIEW_NOTICE = timedelta(days=14)
WAITING = Q(state=ProposalState.PROPOSED)
DETAIL_MOST = 240  # characters of what another system said
WAITING_MOST = 40  # of one kind: more is not a list of things to do but a place to go to


@dataclass(frozen=True)
class Item:
    """One thing that waits: since when, what it is about, what to do, and where."""

    since: datetime
    icon: str
    kind: str | Promise
    title: str
    detail: str
    act: str | Promise
    url: str
    urgent: bool = False


_l = gettext_lazy

BREACH_WORDS = {
    "acknowledge": (_l("Breach to acknowledge"), _l("Acknowledge")),
    "explain": (_l("Breach to explain"), _l("Explain")),
    "close": (_l("Breach to close"), _l("Close")),
}


def waiting(user: User, now: datetime) -> list[Item]:
    """Return what waits for the person, urgent things first, then the oldest."""
    items = [item for collect in COLLECTORS for item in collect(user, now)]
    return sorted(items, key=lambda item: (not item.urgent, item.since))


def _breaches(user: User, now: datetime) -> Iterable[Item]:
    """Yield the breaches whose next step this person may take: one's own, and those that nobody carries."""
    if not can(user, "breach_acknowledge"):
        return
    mine = breaches_unclosed(user).filter(Q(owner__isnull=True) | Q(owner=user))
    for breach in mine.order_by("opened_at")[:WAITING_MOST]:
        verb, action = NEXT_ACT[breach.state]
        agreement = breach.objective.agreement
        if can(user, action, agreement.provider, agreement.customer):
            kind, act = BREACH_WORDS[verb]
            url = reverse("breach", args=[breach.pk])
            title = f"{agreement.service}: {breach.objective.name}"
            yield Item(breach.opened_at, "alert-octagon", kind, title, agreement.title, act, url, verb == "acknowledge")


def _sources(user: User, now: datetime) -> Iterable[Item]:
    """Yield the sources that ought to speak and do not."""
    if not can(user, "source_edit"):
        return
    for source in sources_silent(user, now)[:WAITING_MOST]:
        since = source.last_success_at or source.last_error_at or now
        told = Truncator(source.error_told.partition("\n")[0]).chars(DETAIL_MOST)
        detail = told or _("No facts have come for a while.")
        url = reverse("source", args=[source.slug])
        yield Item(since, "plug", _l("Silent source"), source.name, detail, _l("Look into it"), url)


def _versions(user: User, now: datetime) -> Iterable[Item]:
    """Yield the drafts and proposals in which it is this person's side that moves."""
    rows = Version.objects.filter(
        agreement__in=agreements_visible(user), state__in=[VersionState.DRAFT, VersionState.PROPOSED]
    )
    rows = rows.select_related("agreement__provider", "agreement__customer", "negotiation")
    found = rows.prefetch_related("signatures", "rounds").order_by("changed_at")[: WAITING_MOST * 2]
    items = [(version, item) for version in found if (item := _version_item(user, version, now))]
    begun = {version.answers_id for version, _item in items if version.state == VersionState.DRAFT}
    yield from (item for version, item in items if version.pk not in begun)  # an answer that is begun is what waits


def _version_item(user: User, version: Version, now: datetime) -> Item | None:
    """Return what this person's side has to do with an unsigned version, if anything."""
    agreement = version.agreement
    url = reverse("room" if version.negotiation_id else "version", args=[agreement.slug, version.number])
    detail = _("Version %(number)d, in force from %(day)s") % {
        "number": version.number,
        "day": words.day(version.effective_from),
    }
    if version.state == VersionState.DRAFT:
        if not can(user, "version_propose", agreement.organisation_of(version.drafted_side)):
            return None
        kind, act = _l("Draft to propose"), _l("Propose")
        due = version.negotiation.turn_until if version.negotiation and version.answers_id else None
        if due is not None:
            detail = f"{detail} · {due_text(due)}"
        overdue = due is not None and due < now
        return Item(version.changed_at, "edit", kind, agreement.title, detail, act, url, overdue)
    turn = turn_of(version, user)
    if not turn.mine:
        return None
    since, overdue = turn.since or version.proposed_at or version.changed_at, bool(turn.until and turn.until < now)
    detail = f"{detail} · {turn_detail(version, turn)}" if turn.until else detail
    kind, act = (_l("Version to sign"), _l("Read and sign")) if turn.ready else (_l("Proposal to answer"), _l("Answer"))
    return Item(since, "signature" if turn.ready else "send", kind, agreement.title, detail, act, url, overdue)


def turn_detail(version: Version, turn: Turn) -> str:
    """Return what the other side changed, and until when an answer is due."""
    made = max(version.rounds.all(), key=lambda one: one.pk, default=None)
    count = len(made.changed) if made and not turn.ready else 0
    changed = ngettext("%(count)d clause changed", "%(count)d clauses changed", count) % {"count": count}
    due = due_text(turn.until) if turn.until else ""
    return " · ".join(part for part in (changed if count else "", due) if part)


def due_text(until: datetime) -> str:
    """Return until when an answer is due."""
    return _("answer until %(day)s") % {"day": words.day(timezone.localdate(until))}


def _reviews(user: User, now: datetime) -> Iterable[Item]:
    """Yield the reviews that come near, and those that were held but not concluded."""
    if not can(user, "review_hold"):
        return
    near = Q(state=ReviewState.PLANNED, due_at__lte=now + REVIEW_NOTICE) | Q(state=ReviewState.HELD)
    for review in reviews_visible(user).filter(near).order_by("due_at")[:WAITING_MOST]:
        held = review.state == ReviewState.HELD
        kind = _l("Review to conclude") if held else _l("Review to hold")
        act = _l("Conclude") if held else _l("Prepare")
        url = reverse("review", args=[review.pk])
        detail = _("Covers %(start)s to %(end)s") % {
            "start": words.day(review.covers_from),
            "end": words.day(review.covers_last),
        }
        yield Item(review.due_at, "calendar-event", kind, review.agreement.title, detail, act, url)


def _proposals(user: User, now: datetime) -> Iterable[Item]:
    """Yield the corrections and exclusions that others have proposed and this person may decide on."""
    if can(user, "correction_approve") or can(user, "measurement_correct"):
        for row in corrections_visible(user).filter(WAITING).exclude(proposed_by=user)[:WAITING_MOST]:
            if may_correct(user, row.indicator):
                url = reverse("correction", args=[row.pk])
                yield Item(row.proposed_at, "git-compare", _l("Correction to decide"), str(row.indicator), row.reason,
                           _l("Decide"), url)  # fmt: skip
    if can(user, "exclusion_approve"):
        for asked in exclusions_visible(user).filter(WAITING).exclude(proposed_by=user)[:WAITING_MOST]:
            if can(user, "exclusion_approve", *organisations_of(asked)):
                url = reverse("exclusion", args=[asked.pk])
                title, kind = str(asked.agreement or asked.service), _l("Exclusion to decide")
                yield Item(asked.proposed_at, "calendar-off", kind, title, asked.reason, _l("Decide"), url)


def _disruptions(user: User, now: datetime) -> Iterable[Item]:
    """Yield the planned disruptions that ask this person's side for consent, or for an answer to other times."""
    if not can(user, "disruption_answer"):
        return
    for row in disruptions_visible(user).filter(state=DisruptionState.ASKED)[:WAITING_MOST]:
        if side_answering(user, row):
            url = reverse("disruption", args=[row.agreement.slug, row.pk])
            first = row.windows[0]
            kind, detail = _l("Disruption to answer"), f"{row.agreement.title}, {span_shown(first.start, first.end)}"
            title = row.announcement.title
            yield Item(row.latest.at, "calendar-time", kind, title, detail, _l("Answer"), url)


def _restatements(user: User, now: datetime) -> Iterable[Item]:
    """Yield the final figures that what is known now would change."""
    if not can(user, "restatement_issue"):
        return
    for row in restatements_visible(user).filter(state=RestatementState.WAITING).order_by("found_at")[:WAITING_MOST]:
        agreement = row.objective.agreement
        if can(user, "restatement_issue", agreement.provider, agreement.customer):
            figures = {"old": figure_shown(row.old), "new": figure_shown(row.new)}
            detail = _("What is known today would give %(new)s instead of %(old)s.") % figures
            title = f"{agreement.service}: {row.objective.name}"
            url = reverse("restatement", args=[row.pk])
            yield Item(row.found_at, "rotate", _l("Final figure in question"), title, detail, _l("Decide"), url)


def _reports(user: User, now: datetime) -> Iterable[Item]:
    """Yield one line for all month reports that are still drafts: they are published from the list of reports."""
    if not can(user, "report_publish"):
        return
    drafts = Report.objects.filter(state=ReportState.DRAFT, customer__isnull=False)
    agreements = agreements_visible(user).values("provider")
    count = drafts.filter(provider__in=agreements).aggregate(count=Count("pk"), oldest=Min("created_at"))
    if count["count"]:
        words = ngettext(
            "%(count)d month report is ready to be published",
            "%(count)d month reports are ready to be published",
            count["count"],
        )
        title = words % {"count": count["count"]}
        detail = _("Publishing freezes the figures and tells the customers.")
        yield Item(count["oldest"], "report", _l("Reports"), title, detail, _l("Publish"), reverse("reports"))


def _improvements(user: User, now: datetime) -> Iterable[Item]:
    """Yield the improvements that this person carries and whose day has come."""
    today = timezone.localdate(now)
    rows = improvements_visible(user).filter(owner=user, state=ImprovementState.STARTED, due_on__lte=today)
    for row in rows.order_by(F("due_on").asc())[:WAITING_MOST]:
        url = reverse("improvement_entry", args=[row.pk])
        detail = _("Due on %(day)s, %(service)s") % {"day": words.day(row.due_on), "service": row.service}
        yield Item(row.created_at, "trending-up", _l("Improvement due"), row.title, detail, _l("Report"), url)


COLLECTORS: tuple[Callable[[User, datetime], Iterable[Item]], ...] = (
    _breaches,
    _sources,
    _versions,
    _reviews,
    _proposals,
    _disruptions,
    _restatements,
    _reports,
    _improvements,
)
