"""What the recorded outages of a service's parts give together, beside the computed bound.

docs/forecast.md, Composition. Read as recorded: degraded counts as up, around the clock, and no exclusion is taken out;
what no fact says is unknown and stays so. The time asked about is the service's own promised hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agreements.models import Indicator, IndicatorKind, Objective
from agreements.reading.composition import Composition, Part
from monitoring.reading import states_load
from slmo.core.calendar import Calendar
from slmo.core.composite import Joint, Recorded, measured, names_of
from slmo.core.intervals import Intervals
from slmo.core.partition import Class, partition
from slmo.core.periods import period_containing
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import agreement_parse
from slmo.core.units import Window

MONTHS = 12
STATES = (IndicatorKind.AVAILABILITY, IndicatorKind.OUTAGES)
_NAME = "part"


@dataclass(frozen=True)
class Month:
    """One closed month: what the parts' records give together."""

    window: Window
    joint: Joint

    @property
    def availability(self) -> Fraction | None:
        """Return the share of the known time in which enough parts were up."""
        return self.joint.availability

    @property
    def wholly_known(self) -> bool:
        """Tell whether no second was left open."""
        return not self.joint.unknown.seconds


@dataclass(frozen=True)
class Measured:
    """A year of a composed service: month by month, and what each part contributed."""

    months: tuple[Month, ...]
    parts: tuple[tuple[Part, Indicator | None, int, int], ...]  # part, what measures it, seconds down, seconds unknown
    zone: str

    @property
    def known(self) -> bool:
        """Tell whether anything is known of any month."""
        return any(month.availability is not None for month in self.months)


def composition_measured(composition: Composition) -> Measured:
    """Return the last twelve months of a composed service that had ended when its promises were last in force."""
    hours = _hours(composition)
    windows = months_closed(hours.zone, composition.moment + 1)
    year = Window(windows[0].start, windows[-1].end)
    leaves = {
        part.service.slug: part
        for part in composition.parts
        if part.service.slug in set(names_of(composition.structure))
    }
    sources = indicators_of(list(leaves.values()))
    recorded = {name: recorded_of(*found, year, hours.zone) for name, found in sources.items() if found is not None}
    joint = measured(composition.structure, recorded, hours.open(year))
    parts = tuple(_contribution(leaves[name], sources[name], recorded.get(name), joint.counted) for name in leaves)
    return Measured(tuple(Month(window, _clipped(joint, window)) for window in windows), parts, hours.zone)


def _hours(composition: Composition) -> Calendar:
    """Return the hours that the service is promised for; around the clock in its provider's zone without a promise."""
    if composition.own:
        return max(composition.own, key=lambda one: one.target).calendar
    return Calendar.always(composition.service.organisation.timezone)


def months_closed(zone: str, now: int, count: int = MONTHS) -> list[Window]:
    """Return the last months that have ended, earliest first."""
    found: list[Window] = []
    at = period_containing("month", zone, now).start
    while len(found) < count:
        found.append(period_containing("month", zone, at - 1))
        at = found[-1].start
    return found[::-1]


def indicators_of(parts: Sequence[Part]) -> dict[str, tuple[Indicator, tuple[str, ...]] | None]:
    """Return for each part the states that measure it and the places that count, None where nothing measures it.

    The objective that the promise is about says which; without a promise, the part's only stream of states.
    """
    objectives = Objective.objects.filter(agreement__in=[part.promise.agreement.pk for part in parts if part.promise])
    named = {(one.agreement_id, one.name): one.indicator for one in objectives.select_related("indicator")}
    streams: dict[int, list[Indicator]] = {}
    services = [part.service.pk for part in parts]
    for one in Indicator.objects.filter(service__in=services, kind__in=STATES, measured_by=None).order_by("pk"):
        streams.setdefault(one.service_id, []).append(one)
    found: dict[str, tuple[Indicator, tuple[str, ...]] | None] = {}
    for part in parts:
        own = streams.get(part.service.pk, [])
        indicator = named.get((part.promise.agreement.pk, part.promise.terms.name)) if part.promise else None
        indicator = indicator or (own[0] if len(own) == 1 else None)
        scope = part.promise.terms.scope if part.promise else ()
        found[part.service.slug] = (indicator, scope) if indicator else None
    return found


def recorded_of(indicator: Indicator, scope: tuple[str, ...], window: Window, zone: str) -> Recorded:
    """Return when a part was recorded as down, and when nothing is known of it."""
    terms = _as_recorded(scope, zone)
    states = states_load(indicator, window, terms)
    read = partition(terms, _NAME, states, window, window.end)
    found = Recorded.of(read)
    return Recorded(found.down, found.unknown.union(read.of_class(Class.OUT_OF_TERM)))


def _as_recorded(scope: tuple[str, ...], zone: str) -> Terms:
    """Return terms that read the states of these places as they are recorded."""
    objective = {"name": _NAME, "indicator": "availability", "target": ">= 100%", "period": "month"}
    spec = {
        "timezone": zone,
        "effective": {"from": "2000-01-01"},
        "objectives": [{**objective, **({"scope": list(scope)} if scope else {})}],
    }
    return agreement_parse([{"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": _NAME}, "spec": spec}])


def _contribution(
    part: Part, found: tuple[Indicator, tuple[str, ...]] | None, recorded: Recorded | None, counted: Intervals
) -> tuple[Part, Indicator | None, int, int]:
    """Return a part with the counted seconds in which it was down, and those in which nothing is known of it."""
    if found is None or recorded is None:
        return part, None, 0, counted.seconds
    down, unknown = (one.intersect(counted).seconds for one in (recorded.down, recorded.unknown))
    return part, found[0], down, unknown


def _clipped(joint: Joint, window: Window) -> Joint:
    """Return the part of a joint record that lies in a window."""
    return Joint(joint.counted.clip(window), joint.down.clip(window), joint.unknown.clip(window))


def months_short(measured_year: Measured, bound: Fraction | None) -> Mapping[str, int]:
    """Return how many months reached the bound, stayed below it, and are unknown."""
    counts = {"reached": 0, "below": 0, "unknown": 0}
    for month in measured_year.months:
        if month.availability is None or bound is None:
            counts["unknown"] += 1
        else:
            counts["reached" if month.availability >= bound else "below"] += 1
    return counts
