"""The kinds of news: one table.

Each kind has three templates in templates/notify/ (`<kind>.subject.txt`, `<kind>.body.txt`, `<kind>.body.html`),
written in whole sentences and rendered in the recipient's language and zone. `keys` are the names the templates use,
which a message's context must give; values may be text, numbers, Decimal, date or aware datetime.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

INAPP, EMAIL, WEBHOOK = "inapp", "email", "webhook"


@dataclass(frozen=True)
class Kind:
    """One kind of news: its name for the preferences page, what its context must hold, channels unless chosen."""

    label: str | Promise
    icon: str
    keys: frozenset[str]
    channels: frozenset[str] = frozenset({INAPP, EMAIL, WEBHOOK})


def _kind(label: str | Promise, icon: str, keys: str) -> Kind:
    """Return a kind whose keys are given as words."""
    return Kind(label, icon, frozenset(keys.split()))


KINDS: Mapping[str, Kind] = {
    # target and achieved: text with unit, as the page shows it; *_at: aware datetimes
    "breach_opened": _kind(
        _("A breach was opened"), "alert-octagon", "service agreement objective target achieved opened_at"
    ),
    "breach_acknowledged": _kind(
        _("A breach was acknowledged"), "user-check", "service agreement objective person acknowledged_at"
    ),
    "breach_closed": _kind(_("A breach was closed"), "circle-check", "service agreement objective closed_at"),
    # version: its number or name as text; organisation: who acted; effective_from: date
    # answers: the number of the version that a counter-proposal answers, else ""; until_at: the end of the turn
    "version_proposed": _kind(
        _("A version was proposed"), "file-text", "agreement version answers organisation effective_from until_at"
    ),
    "version_accepted": _kind(_("A version was accepted"), "checks", "agreement version organisation effective_from"),
    # text: the comment, at most 400 signs of it; person: its author
    "comment_written": _kind(_("A clause was commented on"), "message", "agreement version person text"),
    # organisation: the provider; objective: its name; text: what the provider adds, or ""
    "evidence_shared": _kind(
        _("Evidence was shared with your side"), "chart-bar", "agreement version organisation objective text"
    ),
    "version_signed": _kind(_("A version was signed"), "signature", "agreement version effective_from"),
    "agreement_ended": _kind(
        _("Notice was given that ends an agreement"), "calendar-off", "agreement organisation effective_from"
    ),
    # what: its title; state: asked, agreed, declined, withdrawn or called_off
    "disruption_asked": _kind(
        _("A planned disruption asks for consent"), "calendar-time", "what service agreement from_at until_at reason"
    ),
    "disruption_settled": _kind(
        _("A planned disruption was settled"), "calendar-time", "what service agreement state from_at until_at reason"
    ),
    "requirement_recorded": _kind(
        _("A service level requirement asks for an answer"), "target-arrow", "requirement service organisation"
    ),
    "requirement_answered": _kind(
        _("A service level requirement was answered"), "target-arrow", "requirement service organisation"
    ),
    # organisation: whose turn it is; until_at: the end of the turn
    "turn_due": _kind(_("It is soon too late for your turn"), "hourglass", "agreement version organisation until_at"),
    "turn_overdue": _kind(_("Your turn is overdue"), "urgent", "agreement version organisation until_at"),
    "turn_escalated": _kind(_("A turn is long overdue"), "urgent", "agreement version organisation until_at"),
    # what: correction or exclusion; state: approved, declined or revoked; from_at, until_at: the time it is about
    "approval_asked": _kind(
        _("A correction or exclusion waits for approval"), "user-check", "what service from_at until_at person reason"
    ),
    "approval_given": _kind(
        _("A correction or exclusion was decided on"), "checks", "what state service from_at until_at person reason"
    ),
    "time_excluded": _kind(
        _("Time was excluded from the count"), "calendar-off", "service state from_at until_at person reason"
    ),
    # old, new: figures as text with unit; period: its first day
    "restatement_waiting": _kind(
        _("A final figure would be another one today"), "rotate", "service agreement objective period old new"
    ),
    "figure_restated": _kind(
        _("A final figure was restated"), "rotate", "service agreement objective period number old new reason"
    ),
    # period: its first day; provider, customer: both figures as text with unit; ruling: provider or customer
    "measurements_differ": _kind(
        _("Two measurements differ"), "arrows-diff", "service agreement objective period provider customer ruling"
    ),
    "review_due": _kind(_("A review is due"), "calendar-event", "agreement due_on"),  # due_on: date
    # last_at: when facts last came, or None where none ever did
    "source_silent": _kind(_("A source of facts is silent"), "plug", "source service last_at"),
    "report_published": _kind(
        _("A report was published"), "report", "report organisation month"
    ),  # month: its first day
}
