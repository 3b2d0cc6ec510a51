"""What the tests of corrections, exclusions and restatements begin with: a story, and the people who decide."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agreements.models import Objective
from monitoring.models import Correction, Exclusion, PeriodResult
from monitoring.services.correction import correction_approve, correction_propose
from monitoring.services.exclusion import exclusion_approve, exclusion_propose
from slmo.accounts.models import User
from tests.reports.story import NOW, Story
from tests.support.people import person

LATER = NOW + timedelta(hours=1)
OUTAGE = ("2026-02-10T09:00:00Z", "2026-02-10T09:50:00Z")  # of the story: 50 minutes, ten more than allowed
WORDS = {"reason": "The probe was broken, not the service.", "evidence": "Log of the probe, ticket 4711."}


@dataclass
class Desk:
    """A story with an operator who proposes, and two heads who decide."""

    story: Story
    operator: User
    head: User
    other: User

    @property
    def objective(self) -> Objective:
        """Return the objective that the retail customer was promised."""
        return self.story.objective

    def february(self) -> PeriodResult:
        """Return the current result of the month with the outage."""
        return self.story.result(2)

    def proposed(self, **changes: Any) -> Correction:
        """Return the proposal that the outage's last twenty minutes were none."""
        row = {"start": "2026-02-10T09:30:00Z", "end": OUTAGE[1], "state": "up"} | changes.pop("row", {})
        values: dict[str, Any] = {"indicator": self.story.indicator, "rows": [row], "now": LATER, **WORDS}
        return correction_propose(**({"actor": self.operator} | values | changes))

    def corrected(self, now: datetime = LATER, **changes: Any) -> Correction:
        """Return the same proposal, approved."""
        correction = self.proposed(now=now, **changes)
        return correction_approve(correction=correction, actor=self.head, now=now)

    def asked(self, start: str = OUTAGE[0], end: str = OUTAGE[1], **changes: Any) -> Exclusion:
        """Return the proposal that the outage does not count for the retail agreement."""
        about = {"agreement": self.story.retail_sla} if not {"agreement", "service", "objective"} & set(changes) else {}
        values: dict[str, Any] = {
            "kind": "disruption", "start": at(start), "end": at(end), "now": LATER, "actor": self.operator, **WORDS,
        }  # fmt: skip
        return exclusion_propose(**(values | about | changes))

    def excluded(self, *span: str, now: datetime = LATER, **changes: Any) -> Exclusion:
        """Return the same proposal, approved."""
        exclusion = self.asked(*span, now=now, **changes)
        return exclusion_approve(exclusion=exclusion, actor=self.head, now=now)


def at(text: str) -> datetime:
    """Return a time as it stands in a file."""
    return datetime.fromisoformat(text).astimezone(UTC)


def desk_make(story: Story) -> Desk:
    """Put the people into the story."""
    provider = story.provider
    return Desk(story, person("olga", provider, 3), person("hans", provider, 6), person("ida", provider, 6))


def close(result: PeriodResult, now: datetime = NOW) -> PeriodResult:
    """Freeze a result as the publication of a report does."""
    result.state, result.closed_at = "closed", now
    result.save()
    return result
