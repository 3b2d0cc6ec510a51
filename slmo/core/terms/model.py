"""The terms of an agreement as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from slmo.core.budget import BurnWindow
from slmo.core.calendar import Calendar
from slmo.core.exclusions import Once, Recurring
from slmo.core.intervals import OPEN
from slmo.core.terms.conditions import Conditions, Ending
from slmo.core.units import Window, exact_decimal

_UNITS = {"%": "%", "seconds": "s", "number": ""}


@dataclass(frozen=True)
class Target:
    """What is to be reached: `op` is >=, >, <= or <; `value` is exact; `unit` is %, number or seconds."""

    op: str
    value: Fraction
    unit: str

    def met(self, achieved: Fraction) -> bool:
        """Tell whether an unrounded figure meets the target."""
        return {
            ">=": achieved >= self.value,
            ">": achieved > self.value,
            "<=": achieved <= self.value,
            "<": achieved < self.value,
        }[self.op]

    @property
    def text(self) -> str:
        """Return the target as it is written in an agreement."""
        value = self.value * 100 if self.unit == "%" else self.value
        return f"{self.op} {exact_decimal(value)}{_UNITS[self.unit]}"


@dataclass(frozen=True)
class UnknownRule:
    """What unknown time counts as: up, down or excluded; first as the last known state for at most `last_for` seconds.

    Above the share `indeterminate_above` of counted time nothing is judged; None means that no share was agreed.
    """

    counts_as: str = "excluded"
    last_for: int = 0
    indeterminate_above: Fraction | None = None


@dataclass(frozen=True)
class Tier:
    """A credit in percent of the charge for figures in `[at_least, below)`; None is a side without a bound."""

    below: Fraction | None
    percent: Fraction
    at_least: Fraction | None = None


@dataclass(frozen=True)
class CreditTerms:
    """Credits: percent of `charge` by tier, with caps and a minimum, in the agreement's currency."""

    of: str
    charge: Decimal
    tiers: tuple[Tier, ...]
    cap_month: Decimal | None = None
    cap_year: Decimal | None = None
    minimum: Decimal = Decimal(0)
    rounding: str = "half-up"
    source: str = ""

    def without_year_cap(self) -> CreditTerms:
        """Return the same terms without a cap for the contract year."""
        return replace(self, cap_year=None)


@dataclass(frozen=True)
class Workload:
    """Up to which volume of an `objective` a target holds, counted for each period, day or hour.

    Beyond it the target is suspended (`beyond` is None), or another one holds.
    """

    objective: str
    limit: Target
    per: str
    beyond: Target | None = None

    @property
    def suspends_spans(self) -> bool:
        """Tell whether days or hours are suspended, instead of a period as a whole."""
        return self.per != "period"


@dataclass(frozen=True)
class Measurement:
    """Whose measurement rules where both parties measure: the provider's or the customer's.

    While it is silent nothing is known, or the other's `stands_in`. A difference of the two figures of more than
    `notice_above` is told to both parties; None: never.
    """

    rules: str = "provider"
    stands_in: bool = False
    notice_above: Target | None = None


@dataclass(frozen=True)
class ObjectiveTerms:
    """Everything that one version says about one objective.

    `degraded` is the share of a degraded second that counts as good: 1 for up, 0 for down, else a weight.
    `alerts` are its own burn windows, None for the usual ones. `own` has the terms of its kind of indicator only;
    `written` has them as they stand in the document.
    """

    name: str
    indicator: str
    target: Target | None
    period: str
    hours: str | None = None
    scope: tuple[str, ...] = ()
    unite: str = "worst"
    degraded: Fraction = Fraction(1)
    unknown: UnknownRule = UnknownRule()
    minimum_outage: int = 0
    whole_minutes: bool = False
    maintenance: str = "excluded"
    amendment: str = "split"
    credits: CreditTerms | None = None
    alerts: tuple[BurnWindow, ...] | None = None
    workload: Workload | None = None
    measurement: Measurement | None = None
    title: str = ""
    own: Any = None  # one of slmo.core.terms.own, OwnTerms
    written: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def degraded_is_down(self) -> bool:
        """Tell whether degraded counts as down."""
        return self.degraded == 0


@dataclass(frozen=True)
class Version:
    """One signed text of an agreement and the time in which it is in force, `[effective_from, effective_until)`.

    One with an `ending` has no terms: with it the agreement is over.
    """

    id: str
    effective_from: int
    effective_until: int | None
    digest: str
    calendars: Mapping[str, Calendar]
    exclusions: tuple[Once | Recurring, ...]
    objectives: Mapping[str, ObjectiveTerms]
    document: Mapping[str, Any] = field(repr=False)
    always: Calendar = Calendar("UTC")
    conditions: Conditions = Conditions()
    ending: Ending | None = None

    @property
    def window(self) -> Window:
        """Return the time in which the version is in force."""
        return Window(self.effective_from, OPEN if self.effective_until is None else self.effective_until)

    def calendar_of(self, terms: ObjectiveTerms) -> Calendar:
        """Return the service hours of an objective."""
        return self.always if terms.hours is None else self.calendars[terms.hours]

    def exclusions_of(self, terms: ObjectiveTerms) -> tuple[Once | Recurring, ...]:
        """Return the agreed exclusions that apply to an objective: maintenance only where it is not counted."""
        return tuple(one for one in self.exclusions if terms.maintenance == "excluded" or not one.maintenance)

    def without_exclusions(self) -> Version:
        """Return the version as if it had agreed no exclusions."""
        return replace(self, exclusions=())


@dataclass(frozen=True)
class Agreement:
    """An agreement with all its versions, earliest first; names and parties are those of the latest."""

    name: str
    title: str
    type: str
    service: str
    provider: str
    customer: str
    timezone: str
    currency: str
    versions: tuple[Version, ...]
    digest: str
    anchor: dt.date  # the first version's date, from which contract months and years are counted

    def version_at(self, instant: int) -> Version | None:
        """Return the version in force at an instant."""
        for version in self.versions:
            if version.window.start <= instant < version.window.end:
                return version
        return None

    @property
    def objective_names(self) -> tuple[str, ...]:
        """Return the names of all objectives of all versions, in the order of their first appearance."""
        return tuple(dict.fromkeys(name for version in self.versions for name in version.objectives))

    def indicator_of(self, objective: str) -> str:
        """Return the latest indicator of an objective."""
        return next(v.objectives[objective].indicator for v in reversed(self.versions) if objective in v.objectives)

    @property
    def documents(self) -> tuple[Mapping[str, Any], ...]:
        """Return the documents from which the agreement was read, earliest first."""
        return tuple(version.document for version in self.versions)
