"""What is asked of the evidence: one objective of a draft, perhaps with terms that nobody has saved yet."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.models import MEASURED_BY, Indicator, IndicatorKind, Objective, Version, VersionState
from agreements.ruling import version_in_force
from agreements.services.document import document_plain
from monitoring.instants import instant_of, moment_of
from reports.evidence.record import begun_of, extent_now
from slmo.core.backtest import agreement_alone, counted_beside, periods_back
from slmo.core.measuring import CUSTOMER
from slmo.core.periods import period_containing, rolling_seconds
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import DAY, Window
from slmo.core.zones import zone_get

PERIODS = {"day": 28, "week": 26}  # four weeks, half a year
USUAL = 12
LONGEST_JSON = 256 * 1024  # characters; an agreement with 1,000 exclusions is about 100 KB
PARTS = ("calendars", "exclusions", "timezone")
FURTHEST = 14  # years: twelve periods of a year, and what their terms look back to
EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Question:
    """One objective of a version, with the document as it stands or as it is being edited."""

    version: Version
    name: str
    document: Mapping[str, Any]
    edited: bool
    now: dt.datetime

    @property
    def as_of(self) -> int:
        """Return the moment up to which facts count, in whole minutes."""
        return instant_of(self.now) // 60 * 60

    @cached_property
    def objective(self) -> Objective:
        """Return the row of the objective; one that is not stored where the draft has just invented it."""
        agreement = self.version.agreement
        found = Objective.objects.filter(agreement=agreement, name=self.name).select_related("indicator").first()
        made = found or Objective(agreement=agreement, name=self.name)
        made.agreement = agreement
        return made

    @property
    def is_new(self) -> bool:
        """Tell whether the draft has just invented the objective."""
        return self.objective._state.adding

    @cached_property
    def anchor(self) -> dt.date:
        """Return the date from which contract periods are counted: that of the first version."""
        signed = self.version.agreement.versions.filter(state=VersionState.SIGNED).order_by("effective_from")
        first = signed.values_list("effective_from", flat=True).first()
        return min(first or self.version.effective_from, self.version.effective_from)

    @cached_property
    def clause(self) -> ObjectiveTerms:
        """Return the objective's drafted terms; raises TermError."""
        return agreement_alone(self.document, self.name, EARLIEST, self.anchor).versions[0].objectives[self.name]

    @cached_property
    def since(self) -> dt.date:
        """Return a date before everything that is read, as near as can be: windows that recur are counted from it."""
        begun = max(self.begun or self.as_of, self.as_of - FURTHEST * 366 * DAY)
        return dt.date(moment_of(begun).year - 2, 1, 1)

    @cached_property
    def drafted(self) -> Terms:
        """Return the draft's objective as if it had been agreed all along; raises TermError."""
        return agreement_alone(self.document, self.name, self.since, self.anchor)

    @cached_property
    def base(self) -> Version | None:
        """Return the version whose terms the draft is held against: the one in force, else the last one signed."""
        agreement = self.version.agreement
        today = self.now.astimezone(ZoneInfo(agreement.timezone)).date()
        signed = agreement.versions.filter(state=VersionState.SIGNED).order_by("-effective_from")
        return version_in_force(agreement, today) or signed.first()

    @property
    def is_base(self) -> bool:
        """Tell whether the terms asked about are the very ones that the draft would be held against."""
        return self.base is not None and self.base.pk == self.version.pk and not self.edited

    @cached_property
    def agreed(self) -> Terms | None:
        """Return the same objective of the base as if it had been agreed all along; None where it has none."""
        if self.base is None or self.is_base:
            return None
        if not any(one["name"] == self.name for one in self.base.document["spec"]["objectives"]):
            return None
        return agreement_alone(self.base.document, self.name, self.since, self.anchor)

    @cached_property
    def indicator(self) -> Indicator | None:
        """Return what measures the objective or, for one that is new, what would; None where nothing could."""
        said, second = self.clause.measurement, self.objective.customer_indicator
        ruled_by_customer = said is not None and said.rules == CUSTOMER and second is not None
        measuring = second if ruled_by_customer else self.objective.indicator
        if measuring is not None and self._fits(measuring):
            return measuring
        return self._proposed()

    @property
    def is_proposed(self) -> bool:
        """Tell whether the indicator is only the one that would measure the objective."""
        return self.indicator is not None and self.indicator not in (
            self.objective.indicator, self.objective.customer_indicator,
        )  # fmt: skip

    def _fits(self, indicator: Indicator) -> bool:
        return indicator.kind in MEASURED_BY[IndicatorKind(self.clause.indicator)]

    def _proposed(self) -> Indicator | None:
        """Return the provider's first indicator that fits, one that this agreement reads already before others."""
        service = self.version.agreement.service
        fitting = [one for one in service.indicators.filter(measured_by=None).order_by("pk") if self._fits(one)]
        read = set(self.version.agreement.objectives.values_list("indicator", flat=True))
        order = MEASURED_BY[IndicatorKind(self.clause.indicator)]
        return min(fitting, key=lambda one: (one.pk not in read, order.index(one.kind), one.pk), default=None)

    @cached_property
    def begun(self) -> int | None:
        """Return when the indicator's record begins."""
        return begun_of(self.indicator, extent_now(self.indicator)) if self.indicator else None

    def periods(self, terms: Terms) -> list[Window]:
        """Return the closed periods to judge: the last ones of which at least half is recorded, earliest first."""
        if self.begun is None:
            return []
        period = terms.versions[0].objectives[self.name].period
        until, begun = self.until(terms), self.begun
        windows = periods_back(terms, self.name, until, PERIODS.get(period, USUAL))
        return [one for one in windows if 2 * (one.end - max(begun, one.start)) >= one.seconds]

    def until(self, terms: Terms) -> int:
        """Return when the last period may end: now; for rolling ones at the last midnight, so that they stay put."""
        period = terms.versions[0].objectives[self.name].period
        recorded = self.indicator.recorded_until if self.indicator else None
        known = min(self.as_of, instant_of(recorded)) if recorded else self.as_of
        if rolling_seconds(period) is None:
            return known
        return period_containing("day", terms.timezone, known).start

    @cached_property
    def reach(self) -> Window:
        """Return the time of which facts are read: that of all periods, and of the contract years they lie in."""
        windows = [*self.periods(self.drafted), *(self.periods(self.agreed) if self.agreed else ())]
        if not windows:
            return Window(self.as_of, self.as_of)
        first, last = min(one.start for one in windows), max(one.end for one in windows)
        year = period_containing("contract-year", self.drafted.timezone, first, self.anchor)
        return Window(min(first, year.start) // DAY * DAY, -(-last // DAY) * DAY)


def span_of(figures: Mapping[str, Any]) -> Window | None:
    """Return the time of a backtest's periods; None where it has none."""
    periods = figures["periods"]
    return Window(periods[0]["start"], periods[-1]["end"]) if periods else None


def question_of(version: Version, name: str, now: dt.datetime) -> Question:
    """Return the question about a stored draft; raises Objective.DoesNotExist where it has no such objective."""
    if not any(one.get("name") == name for one in version.document["spec"]["objectives"]):
        raise Objective.DoesNotExist(f"{version} has no objective {name}.")
    return Question(version, name, version.document, False, now)


def question_edited(version: Version, name: str, posted: Mapping[str, str], now: dt.datetime) -> Question:
    """Return the question about terms that are being edited; raises DocumentRefused with the key of what is no JSON."""
    terms = _json(posted, "terms")
    if not isinstance(terms, dict):
        raise DocumentRefused(_("The terms of the objective must be a mapping of keys to values."), "terms")
    spec = dict(version.document["spec"])
    mine = {**terms, "name": name}
    spec["objectives"] = [mine, *counted_beside(mine, version.document["spec"]["objectives"])]
    for key in PARTS:
        if posted.get(key):
            spec[key] = _json(posted, key)
    document = {**version.document, "spec": spec}
    return Question(version, name, document_plain(document), True, now)


def _json(posted: Mapping[str, str], key: str) -> Any:
    """Return a posted field as the value that it writes; raises DocumentRefused."""
    text = posted.get(key, "")
    if key == "timezone" and text[:1] != '"':
        return zone_get(text).key
    if len(text) > LONGEST_JSON:
        raise DocumentRefused(_("The text is longer than %(size)d KB.") % {"size": LONGEST_JSON // 1024}, key)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DocumentRefused(_("“%(key)s” is not JSON: %(error)s.") % {"key": key, "error": error}, key) from error


def _refuse_constant(name: str) -> Any:
    """Refuse what JSON does not know: NaN and Infinity."""
    raise ValueError(name)
