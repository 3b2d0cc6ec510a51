"""A version as sections of clauses: what a person reads, and what a redline compares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.reading import sentences
from agreements.reading.allowance import counted_seconds, down_beyond
from agreements.reading.conditions import conditions_said, ending_said
from agreements.reading.kinds import bound_text, consequence_sentence, promise_sentence
from agreements.reading.measurement import measurement_sentence
from agreements.reading.own_terms import own_clauses
from agreements.reading.timetable import hours_text, timetable_draw, weekly_text
from slmo.core.calendar import Calendar, WorksAs
from slmo.core.terms import Annex, CreditTerms, ObjectiveTerms, Version
from slmo.core.terms import Tier as Agreed
from slmo.web import words


@dataclass(frozen=True)
class Clause:
    """One term: `key` identifies it in every version, `text` is what it says, `note` what that means in practice."""

    key: str
    label: str
    text: str
    note: str = ""
    main: bool = False


@dataclass(frozen=True)
class Tier:
    """One row of a credit table: the figures that earn it, the time down that it takes, and what is then due."""

    figure: str
    down: str
    percent: str
    amount: str


DATES_SHOWN = 8  # more dates of a calendar than these are folded


@dataclass(frozen=True)
class Section:
    """Clauses that belong together: the term, a calendar, the exclusions, an objective."""

    key: str
    title: str
    kind: str
    clauses: tuple[Clause, ...]
    picture: SafeString | str = ""
    tiers: tuple[Tier, ...] = field(default=())

    @property
    def tiers_timed(self) -> bool:
        """Tell whether the credit table says times down."""
        return any(tier.down for tier in self.tiers)

    @property
    def name(self) -> str:
        """Return the name below the kind: that of the objective or calendar."""
        return self.key.partition(".")[2]

    @property
    def clauses_shown(self) -> tuple[Clause, ...]:
        """Return what stands on the page at once: of a calendar with many dates only the weekly pattern."""
        return self.clauses[:1] if self.clauses_folded else self.clauses

    @property
    def clauses_folded(self) -> tuple[Clause, ...]:
        """Return the dates of a calendar that wait behind one line, where they are too many to read past."""
        many = self.kind == "calendar" and len(self.clauses) > DATES_SHOWN
        return self.clauses[1:] if many else ()


def version_read(version: Version) -> list[Section]:
    """Return a version's terms as sections, the objectives first."""
    document = version.document["spec"]
    return [
        *(
            objective_section(version, terms, str(document.get("currency", "")))
            for terms in version.objectives.values()
        ),
        *(calendar_section(name, calendar) for name, calendar in version.calendars.items()),
        *exclusions_section(version),
        *conditions_sections(version),
        term_section(document),
    ]


def conditions_sections(version: Version) -> list[Section]:
    """Return what was agreed beside the objectives: the typed conditions together, each clause in words by itself."""
    said = ending_said(version.ending) if version.ending else conditions_said(version.conditions)
    clauses = tuple(Clause(key, label, text) for key, label, text in said)
    title = _("The end of the agreement") if version.ending else _("Conditions")
    together = [Section("conditions", title, "conditions", clauses)] if clauses else []
    prose = [
        Section(f"clause.{one.id}", one.title, "prose", (Clause("text", one.title, one.text),))
        for one in version.conditions.clauses
    ]
    files = tuple(Clause(f"annex.{one.sha256}", one.title, _annex(one)) for one in version.conditions.annexes)
    annexes = [Section("annexes", _("Annexes"), "annexes", files)] if files else []
    return together + prose + annexes


def _annex(annex: Annex) -> str:
    """Return what binds a file to the text: its name, its length, its digest."""
    return f"{annex.name}, {filesizeformat(annex.size)}, SHA-256 {annex.sha256}"


def objective_section(version: Version, terms: ObjectiveTerms, currency: str) -> Section:
    """Return everything that a version says about one objective."""
    clauses = list(_objective_clauses(version, terms))
    tiers = tuple(_tiers(version, terms, terms.credits, currency)) if terms.credits else ()
    if terms.indicator != "attested":
        clauses.append(Clause("credits", _("Credits"), _credit_text(terms.credits, tiers, currency)))
    calendar = version.calendar_of(terms)
    picture = "" if calendar.is_always else timetable_draw(calendar)
    return Section(f"objective.{terms.name}", terms.title, "objective", tuple(clauses), picture, tiers)


def _objective_clauses(version: Version, terms: ObjectiveTerms) -> Iterator[Clause]:
    """Yield the clauses of an objective in the order in which people ask about them."""
    note = consequence_sentence(version, terms)
    yield Clause("target", _("Target"), promise_sentence(terms), note, main=True)
    yield from (Clause(key, label, text) for key, label, text in own_clauses(terms))
    yield Clause("period", _("Period"), sentences.period_sentence(terms.period))
    yield Clause("hours", _("Service hours"), sentences.hours_sentence(terms), _counted_note(version, terms))
    if terms.indicator != "attested":
        yield Clause("scope", _("Where"), sentences.scope_sentence(terms))
    if terms.indicator in ("availability", "outages"):
        yield Clause("degraded", _("Degraded"), sentences.degraded_sentence(terms))
        yield Clause("minimum_outage", _("Short outages"), sentences.outage_sentence(terms))
    if terms.indicator in ("availability", "outages", "ratio", "slices"):
        yield Clause("unknown", _("Unknown"), sentences.unknown_sentence(terms))
    if terms.measurement is not None:
        yield Clause("measurement", _("Two measurements"), measurement_sentence(terms, terms.measurement))
    if terms.workload is not None:
        yield Clause("workload", _("Workload limit"), sentences.workload_sentence(terms.workload))
    yield Clause("maintenance", _("Maintenance"), str(sentences.MAINTENANCE[terms.maintenance]))
    yield Clause("amendment", _("Amendment"), str(sentences.AMENDMENT[terms.amendment]))
    if terms.alerts is not None:
        yield Clause("alerts", _("Early warning"), sentences.alerts_sentence(terms.alerts))


def _counted_note(version: Version, terms: ObjectiveTerms) -> str:
    """Return how much of an average period counts."""
    hours = words.number(counted_seconds(version, terms) / 3600) + words.NBSP + words.unit_short("h")
    return _("%(hours)s count in an average period.") % {"hours": hours}


def _tiers(version: Version, terms: ObjectiveTerms, agreed: CreditTerms, currency: str) -> Iterator[Tier]:
    """Yield the rows of the credit table, the mildest first: the highest share, or the lowest value above a limit."""
    upward = terms.target is not None and terms.target.op in ("<=", "<")
    for tier in agreed.tiers if upward else reversed(agreed.tiers):
        amount = agreed.charge * Decimal(tier.percent.numerator) / Decimal(tier.percent.denominator) / 100
        yield Tier(
            figure=_range_text(terms, tier),
            down=_down_text(version, terms, tier),
            percent=words.percent_exact(tier.percent / 100),
            amount=money(amount, currency) if agreed.charge else words.DASH,
        )


def _down_text(version: Version, terms: ObjectiveTerms, tier: Agreed) -> str:
    """Return how long the service must be down for a tier; empty where the figure is no share of time."""
    if terms.indicator != "availability" or tier.below is None:
        return ""
    return words.duration(down_beyond(version, terms, tier.below))


def _range_text(terms: ObjectiveTerms, tier: Agreed) -> str:
    """Return the figures that earn a credit: "below 99 %", "99 % to below 99.9 %", "from 4 h on"."""
    low, high = (None if one is None else bound_text(terms, one) for one in (tier.at_least, tier.below))
    if low is None:
        return _("below %(high)s") % {"high": high}
    if high is None:
        return _("%(low)s and more") % {"low": low}
    return _("%(low)s to below %(high)s") % {"low": low, "high": high}


def money(amount: Decimal | Fraction, currency: str) -> str:
    """Return an amount with its currency: "1 200.00 EUR"."""
    return f"{words.number(amount, 2)}{words.NBSP}{currency}".rstrip()


def _credit_text(agreed: CreditTerms | None, tiers: Iterable[Tier], currency: str) -> str:
    """Return the credits in sentences, tier by tier."""
    if agreed is None:
        return _("A missed target earns no credit.")
    text = [_("For %(figure)s: %(percent)s of the charge.") % {"figure": t.figure, "percent": t.percent} for t in tiers]
    if agreed.charge:
        text.append(_("The charge is %(amount)s a period.") % {"amount": money(agreed.charge, currency)})
    for cap, sentence in (
        (agreed.cap_month, _("At most %(amount)s a month.")),
        (agreed.cap_year, _("At most %(amount)s a contract year.")),
        (agreed.minimum or None, _("Less than %(amount)s is not credited.")),
    ):
        text += [sentence % {"amount": money(cap, currency)}] if cap is not None else []
    return " ".join(text)


def calendar_section(name: str, calendar: Calendar) -> Section:
    """Return service hours: the weekly pattern, and the dates on which it is otherwise."""
    weekly = Clause("weekly", _("Every week"), weekly_text(calendar))
    dated = [
        Clause(f"on.{day.isoformat()}", words.day(day), _exception_text(calendar, day))
        for day in sorted(calendar.exceptions)
    ]
    title = _("Calendar “%(name)s”") % {"name": name}
    return Section(f"calendar.{name}", title, "calendar", (weekly, *dated))


def _exception_text(calendar: Calendar, day: date) -> str:
    """Return what holds on one date."""
    exception = calendar.exceptions[day]
    if isinstance(exception, WorksAs):
        return _("Works as: %(day)s") % {"day": sentences.WEEKDAYS[exception.weekday]}
    return hours_text(exception) if exception else _("Closed")


def exclusions_section(version: Version) -> list[Section]:
    """Return the agreed exclusions, if there are any; the same exclusion has the same key in every version."""
    zone = version.document["spec"]["timezone"]
    texts = [sentences.exclusion_sentence(one, zone) for one in version.exclusions]
    clauses = tuple(Clause(f"exclusion.{text}", _("Left out"), text) for text in dict.fromkeys(texts))
    return [Section("exclusions", _("Agreed exclusions"), "exclusions", clauses)] if clauses else []


def term_section(spec: Mapping[str, Any]) -> Section:
    """Return from when until when the version holds, its zone and its currency."""
    start = date.fromisoformat(spec["effective"]["from"])
    until = spec["effective"].get("until")
    clauses = [
        Clause("from", _("In force from"), words.day(start)),
        Clause("until", _("Until"), _until_text(until)),
        Clause("timezone", _("Time zone"), spec["timezone"]),
    ]
    if spec.get("currency"):
        clauses.append(Clause("currency", _("Currency"), str(spec["currency"])))
    return Section("term", _("Term"), "term", tuple(clauses))


def _until_text(until: str | None) -> str:
    """Return the last day of a term; the date in a document is the first on which it no longer holds."""
    if until is None:
        return _("Open: until it is superseded.")
    last = date.fromisoformat(until) - timedelta(days=1)
    return _("The end of %(day)s.") % {"day": words.day(last)}
