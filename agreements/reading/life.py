"""How long an agreement holds and what becomes of it: its term, its renewal, its end, and what can be done by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from agreements.models import Agreement, Version, VersionState
from agreements.ruling import version_in_force
from slmo.core.lifecycle import Term, notice_last, term_at
from slmo.core.terms import Conditions, agreement_parse

SOON = 90  # days in which the end of a term wants attention


@dataclass(frozen=True)
class Life:
    """Where an agreement stands in its life on a date; derived, and stored nowhere.

    `term`: the one that runs; `months`: by how many it is extended by itself; `notice_by`: the last day on which
    notice stops that; `ends_on`: the last day of an agreement that was ended, `ending` the version that ends it.
    """

    today: date
    term: Term | None = None
    conditions: Conditions = Conditions()
    ending: Version | None = None

    @property
    def months(self) -> int:
        """Return by how many months the term is extended by itself."""
        return self.conditions.renewal.months if self.conditions.renewal else 0

    @property
    def renews_on(self) -> date | None:
        """Return when the term is extended next; None where it is not, or is ended before."""
        end = self.term.end if self.term and self.months else None
        return None if end is None or (self.ending and self.ending.effective_from <= end) else end

    @property
    def notice_by(self) -> date | None:
        """Return the last day on which notice stops the next extension; None once that is past."""
        if self.renews_on is None or self.conditions.renewal is None:
            return None
        last = notice_last(self.renews_on, self.conditions.renewal.notice)
        return last if last >= self.today else None

    @property
    def expires_on(self) -> date | None:
        """Return the last day of a term that is not extended, where nothing ends the agreement before."""
        end = self.term.last if self.term and not self.months else None
        return None if end is None or (self.ending and self.ending.effective_from <= end) else end

    @property
    def ends_on(self) -> date | None:
        """Return the last day of an agreement that was ended."""
        return self.ending.effective_from - timedelta(days=1) if self.ending else None

    @property
    def over(self) -> bool:
        """Tell whether the agreement has been ended."""
        return self.ending is not None and self.ending.effective_from <= self.today

    @property
    def soon(self) -> bool:
        """Tell whether the term ends within the days in which somebody should care."""
        return self.expires_on is not None and (self.expires_on - self.today).days <= SOON


def life_of(agreement: Agreement, versions: Sequence[Version], today: date) -> Life:
    """Return where an agreement stands in its life; `versions` come from `selectors.versions_along`."""
    endings = [one for one in versions if one.state == VersionState.SIGNED and one.ended_by]  # type: ignore[attr-defined]
    ending = endings[0] if endings else None
    ruling = version_in_force(agreement, today)
    if ruling is None:
        return Life(today, ending=ending)
    conditions = agreement_parse([ruling.document]).versions[0].conditions
    months = conditions.renewal.months if conditions.renewal else 0
    term = term_at(ruling.effective_from, ruling.effective_until, months, today)
    return Life(today, term, conditions, ending)
