"""Where everything stands: the catalogue in counts, where it hurts, what a customer gets, and the story so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Max, Min, Q, When
from django.urls import reverse

from agreements.models import Objective
from agreements.selectors import objectives_visible
from governance.squares import square
from governance.today.record import EVERYWHERE, months_ended
from monitoring.figures.objective import period_label
from monitoring.figures.standing import Standing, standings_of
from monitoring.selectors import results_visible, statuses_visible
from reports.models import Report, ReportState
from slmo.accounts.models import Organisation, User

VERDICTS = ("met", "on_track", "at_risk", "breached", "indeterminate", "no_data")
JUDGED = ("met", "breached", "on_track", "at_risk")
TROUBLE = ("breached", "at_risk", "indeterminate")
HURTS_MOST = 6


@dataclass(frozen=True)
class Story:
    """What the months on record tell, for a catalogue of which little is judged at present."""

    first: date
    last: date
    counts: Sequence[tuple[str, int]]

    @property
    def missed(self) -> int:
        """Return the number of months that missed their target."""
        return dict(self.counts)["breached"]

    @property
    def judged(self) -> int:
        """Return the number of months with a judgement."""
        return sum(count for verdict, count in self.counts if verdict in JUDGED)


@dataclass(frozen=True)
class Hurt:
    """One objective that stands badly: at present by `verdict`, or on record by the periods that it missed."""

    service: str
    objective: str
    agreement: str
    url: str
    verdict: str = ""
    missed: int = 0
    judged: int = 0


@dataclass(frozen=True)
class Received:
    """One promise as its customer sees it: the last figure that says something, and the periods before it."""

    standing: Standing
    url: str
    period: str
    squares: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Overview:
    """Counts of objectives by present verdict, and what they sum to."""

    counts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """Return the number of objectives."""
        return sum(count for _verdict, count in self.counts)

    @property
    def present(self) -> Sequence[tuple[str, int]]:
        """Return the counts of the objectives that have a verdict at present."""
        return [(verdict, count) for verdict, count in self.counts if count and verdict != "no_data"]

    @property
    def silent(self) -> int:
        """Return how many objectives have no verdict at present: their agreement has ended, or no facts come."""
        return dict(self.counts)["no_data"]

    @property
    def stale(self) -> bool:
        """Tell whether most objectives have no present verdict: then the record tells more than the present."""
        return self.total == 0 or 2 * self.silent >= self.total


def overview(user: User) -> Overview:
    """Return the counts of everything that the person may see; one query."""
    rows = statuses_visible(user).order_by().values_list("verdict").annotate(count=Count("pk"))
    return Overview(_counted(dict(rows)))


def _counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the counts in the order in which verdicts are always named."""
    return [(verdict, counts.get(verdict, 0)) for verdict in VERDICTS]


def story(user: User) -> Story | None:
    """Return what the months on record tell, or None where none was judged; one query."""
    told = list(months_ended(user).values("verdict").annotate(count=Count("pk"), first=Min("start"), last=Max("start")))
    if not any(row["verdict"] in JUDGED for row in told):
        return None
    first = min(row["first"] for row in told) + EVERYWHERE
    last = max(row["last"] for row in told) + EVERYWHERE
    return Story(first.date(), last.date(), _counted({row["verdict"]: row["count"] for row in told}))


def objective_url(objective: Objective) -> str:
    """Return the address of an objective's page."""
    return reverse("objective", args=[objective.agreement.slug, objective.name])


def hurts_now(user: User) -> list[Hurt]:
    """Return the objectives that stand worst at present, those of the most critical services first; one query."""
    rows = statuses_visible(user).filter(verdict__in=TROUBLE).select_related("objective__agreement__service")
    worst = Case(*(When(verdict=verdict, then=place) for place, verdict in enumerate(TROUBLE)))
    rows = rows.order_by(worst, "-objective__agreement__service__criticality", "objective__agreement__title")
    return [_hurt(row.objective, verdict=row.verdict) for row in rows[:HURTS_MOST]]


def hurts_record(user: User) -> list[Hurt]:
    """Return the objectives that missed most periods on record; two queries."""
    rows = results_visible(user).filter(verdict__in=JUDGED).order_by().values("objective")
    counts = rows.annotate(judged=Count("pk"), missed=Count("pk", filter=Q(verdict="breached"))).filter(missed__gt=0)
    found = {row["objective"]: row for row in counts.order_by("-missed", "objective")[:HURTS_MOST]}
    objectives = Objective.objects.select_related("agreement__service").in_bulk(list(found))
    return [_hurt(objectives[pk], missed=row["missed"], judged=row["judged"]) for pk, row in found.items()]


def _hurt(objective: Objective, verdict: str = "", missed: int = 0, judged: int = 0) -> Hurt:
    """Return an objective as a line of where it hurts."""
    agreement = objective.agreement
    names = (agreement.service.name, objective.name, agreement.title)
    return Hurt(*names, objective_url(objective), verdict, missed, judged)


def received(user: User) -> list[Received]:
    """Return where each objective stands that was promised to the organisations which the person represents."""
    own = [held.organisation_id for held in user.held if held.kind == Organisation.Kind.CUSTOMER]
    if not own:
        return []
    rows = objectives_visible(user).filter(agreement__customer__in=own)
    return [_received(row) for row in standings_of(rows.order_by("agreement__service__name", "position", "name"))]


def _received(standing: Standing) -> Received:
    """Return where an objective stands as its customer sees it."""
    result = standing.result
    period = period_label(result.start, result.end, standing.zone) if result else ""
    squares = [square(one, standing.zone) for one in standing.recent]
    return Received(standing, objective_url(standing.objective), period, squares)


def report_last(user: User) -> Report | None:
    """Return the last report published to an organisation which the person represents."""
    own = [held.organisation_id for held in user.held if held.kind == Organisation.Kind.CUSTOMER]
    rows = Report.objects.filter(customer__in=own, state=ReportState.PUBLISHED).select_related("provider", "customer")
    return rows.order_by("-month", "-number").first() if own else None
