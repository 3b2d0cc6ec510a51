"""Where everything stands: the catalogue in counts, where it hurts, what a customer gets, and the story so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Max, Min, Q, When
from django.urls import reverse

from agreements.models import Objective
from monitoring.figures.numbers import percent_text, target_text
from monitoring.models import ObjectiveStatus
from monitoring.selectors import results_visible, statuses_visible
from reports.models import Report, ReportState
from slmo.accounts.models import Organisation, User

VERDICTS = ("met", "on_track", "at_risk", "breached", "indeterminate", "no_data")
JUDGED = ("met", "breached", "on_track", "at_risk")
TROUBLE = ("breached", "at_risk", "indeterminate")
HURTS_MOST = 6


@dataclass(frozen=True)
class Story:
    """What the record as a whole tells, for a catalogue of which little is judged at present."""

    start: datetime
    end: datetime
    judged: int
    missed: int
    objectives: int


    @property
    def last(self) -> datetime:
        """Return the last moment that the record covers."""
        return self.end - timedelta(seconds=1)


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
    """One promise as its customer sees it: target and figure as they are shown."""

    status: ObjectiveStatus
    url: str
    target: str
    percent: str


@dataclass(frozen=True)
class Overview:
    """Counts of objectives by present verdict, and what they sum to."""

    counts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """Return the number of objectives."""
        return sum(count for _verdict, count in self.counts)

    @property
    def stale(self) -> bool:
        """Tell whether most objectives have no present verdict: then the record tells more than the present."""
        silent = sum(count for verdict, count in self.counts if verdict == "no_data")
        return self.total == 0 or 2 * silent >= self.total


def overview(user: User) -> Overview:
    """Return the counts of everything that the person may see; one query."""
    rows = statuses_visible(user).order_by().values_list("verdict").annotate(count=Count("pk"))
    counts = dict(rows)
    return Overview([(verdict, counts.get(verdict, 0)) for verdict in VERDICTS])


def story(user: User) -> Story | None:
    """Return what the whole record tells, or None where no period was ever judged; one query."""
    results = results_visible(user).filter(verdict__in=JUDGED).order_by()
    told = results.aggregate(
        start=Min("start"),
        end=Max("end", filter=Q(verdict__in=("met", "breached"))),
        judged=Count("pk"),
        missed=Count("pk", filter=Q(verdict="breached")),
        objectives=Count("objective", distinct=True),
    )
    return Story(**told) if told["start"] and told["end"] else None


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
    rows = statuses_visible(user).filter(objective__agreement__customer__in=own)
    return [_received(row) for row in rows.order_by("objective__agreement__service__name", "objective__position")]


def _received(status: ObjectiveStatus) -> Received:
    """Return a status as its customer sees it."""
    target = status.result.target if status.result else ""
    percent = percent_text(status.result.achieved, target) if status.result else ""
    return Received(status, objective_url(status.objective), target_text(target), percent)


def report_last(user: User) -> Report | None:
    """Return the last report published to an organisation which the person represents."""
    own = [held.organisation_id for held in user.held if held.kind == Organisation.Kind.CUSTOMER]
    rows = Report.objects.filter(customer__in=own, state=ReportState.PUBLISHED).select_related("provider", "customer")
    return rows.order_by("-month", "-number").first() if own else None
