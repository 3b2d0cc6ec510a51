"""The signs: for every verdict and every state one tone (colour and pattern), one mark and one word.

Two tables, and nothing else decides how a verdict or a state looks. Tones are defined in static/css/tokens.css.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Sign:
    """How one value is shown: `tone` is the end of a CSS class, `icon` an icon's name (empty: the tone's own mark)."""

    tone: str
    label: str | Promise
    icon: str = ""


# The pattern that a tone carries in drawings and charts, so that black-and-white print tells them apart.
PATTERNS = {"indet": "hatch", "unknown": "dots", "excluded": "hatch-light"}

VERDICTS: dict[str, Sign] = {
    "met": Sign("met", _("Met")),
    "on_track": Sign("met", _("On track")),
    "at_risk": Sign("risk", _("At risk")),
    "breached": Sign("breach", _("Breached")),
    "indeterminate": Sign("indet", _("Indeterminate")),
    "no_data": Sign("unknown", _("No data")),
    "excluded": Sign("excluded", _("Excluded")),
    "future": Sign("future", _("Not yet")),
}

CLASSES: dict[str, Sign] = {
    "up": Sign("met", pgettext_lazy("state of a service", "Up")),
    "degraded": Sign("risk", pgettext_lazy("state of a service", "Degraded")),
    "down": Sign("breach", pgettext_lazy("state of a service", "Down")),
    "unknown": Sign("unknown", pgettext_lazy("state of a service", "Unknown")),
    "excluded": Sign("excluded", _("Excluded")),
    "future": Sign("future", _("Not yet")),
    "out_of_hours": Sign("future", _("Outside service hours")),
    "out_of_term": Sign("future", _("No version in force")),
}

STATES: dict[str, Sign] = {
    **CLASSES,
    **VERDICTS,
    # Versions of an agreement
    "draft": Sign("unknown", _("Draft"), "pencil"),
    "proposed": Sign("info", _("Proposed"), "send"),
    "countered": Sign("risk", _("Countered"), "arrows-diff"),
    "accepted": Sign("info", _("Accepted"), "check"),
    "signed": Sign("met", _("Signed"), "signature"),
    "in_force": Sign("met", _("In force"), "circle-check"),
    "superseded": Sign("unknown", _("Superseded"), "history"),
    "withdrawn": Sign("unknown", _("Withdrawn"), "ban"),
    "terminated": Sign("unknown", _("Terminated"), "calendar-off"),
    "ending": Sign("risk", _("Ends"), "calendar-off"),
    "expired": Sign("unknown", _("Expired"), "calendar-off"),
    # Breaches
    "open": Sign("breach", pgettext_lazy("state of a breach", "Open"), "alert-circle"),
    "acknowledged": Sign("risk", pgettext_lazy("state of a breach", "Acknowledged"), "eye"),
    "explained": Sign("info", pgettext_lazy("state of a breach", "Explained"), "message-2"),
    "closed": Sign("unknown", pgettext_lazy("state of a breach", "Closed"), "check"),
    # Reviews, improvements, requests
    "planned": Sign("info", _("Planned"), "calendar-event"),
    "scheduled": Sign("info", _("Scheduled"), "calendar-event"),
    "held": Sign("info", _("Held"), "users"),
    "concluded": Sign("met", _("Concluded"), "checks"),
    "started": Sign("info", _("Started"), "player-play"),
    "dropped": Sign("unknown", _("Given up"), "ban"),
    "in_progress": Sign("info", _("In progress"), "progress-check"),
    "done": Sign("met", _("Done"), "check"),
    "overdue": Sign("breach", _("Overdue"), "hourglass"),
    "cancelled": Sign("unknown", _("Cancelled"), "ban"),
    "pending": Sign("risk", _("Waiting"), "clock"),
    "approved": Sign("met", _("Approved"), "check"),
    "rejected": Sign("breach", _("Rejected"), "x"),
    "declined": Sign("breach", _("Declined"), "x"),
    "revoked": Sign("unknown", _("Revoked"), "arrow-back-up"),
    # Service level requirements
    "recorded": Sign("info", pgettext_lazy("state of a requirement", "Recorded"), "pencil"),
    "answered": Sign("info", pgettext_lazy("state of a requirement", "Answered"), "message-2"),
    "drafted": Sign("risk", pgettext_lazy("state of a requirement", "Being negotiated"), "file-text"),
    # Planned disruptions
    "asked": Sign("risk", _("Asks for consent"), "clock"),
    "called_off": Sign("unknown", _("Called off"), "ban"),
    # Restatements
    "waiting": Sign("risk", _("Waiting for a decision"), "clock"),
    "issued": Sign("indet", _("Restated"), "rotate"),
    "lapsed": Sign("unknown", _("No longer needed"), "circle-check"),
    # Reports and credits
    "provisional": Sign("unknown", _("Provisional"), "clock"),
    "frozen": Sign("info", _("Frozen"), "lock"),
    "published": Sign("met", _("Published"), "send"),
    "restated": Sign("indet", _("Restated"), "rotate"),
    "estimated": Sign("unknown", _("Estimated"), "math-function"),
    "under_review": Sign("info", _("Under review"), "eye"),
    "agreed": Sign("met", _("Agreed"), "check"),
    "disputed": Sign("breach", _("Disputed"), "message-circle"),
    "posted": Sign("met", _("Posted"), "coin"),
    "waived": Sign("unknown", _("Waived"), "ban"),
    # Services and sources
    "active": Sign("met", pgettext_lazy("state of a service", "Active"), "circle-check"),
    "in_development": Sign("info", _("In development"), "tool"),
    "retired": Sign("unknown", _("Retired"), "archive"),
    "delivering": Sign("met", pgettext_lazy("state of a source", "Delivering"), "circle-check"),
    "off": Sign("unknown", pgettext_lazy("state of a source", "Out of use"), "player-pause"),
    "silent": Sign("risk", pgettext_lazy("state of a source", "Silent"), "volume"),
    "failing": Sign("breach", pgettext_lazy("state of a source", "Failing"), "alert-triangle"),
    "unmeasured": Sign("breach", pgettext_lazy("monitoring of an objective", "Not measured"), "alert-triangle"),
    "stale": Sign("risk", pgettext_lazy("monitoring of an objective", "Stale"), "hourglass"),
    "unproven": Sign("indet", pgettext_lazy("monitoring of an objective", "Never saw a failure"), "eye"),
    "watched": Sign("met", pgettext_lazy("monitoring of an objective", "Watched"), "circle-check"),
    "day_covered": Sign("met", pgettext_lazy("day of a source", "Covered")),
    "day_gaps": Sign("risk", pgettext_lazy("day of a source", "With gaps")),
    "day_empty": Sign("unknown", pgettext_lazy("day of a source", "Nothing came")),
    "taken": Sign("met", pgettext_lazy("state of a message", "Taken"), "check"),
    "taken_partly": Sign("risk", pgettext_lazy("state of a message", "Taken in part"), "alert-triangle"),
    "refused": Sign("breach", pgettext_lazy("state of a message", "Refused"), "x"),
    "imported": Sign("met", _("Imported"), "file-check"),
    "failed": Sign("breach", _("Failed"), "alert-triangle"),
    # Deliveries
    "queued": Sign("unknown", _("Queued"), "clock"),
    "sent": Sign("met", _("Sent"), "send"),
}


def key_of(value: Any) -> str:
    """Return the key of the tables for an enum member, a model's choice or a plain string."""
    if isinstance(value, Enum):
        value = value.value if isinstance(value.value, str) else value.name
    return str(value).lower()


def sign_of(value: Any) -> Sign:
    """Return the sign of a verdict or a state; an unknown value raises KeyError, so that none goes unsigned."""
    return STATES[key_of(value)]
