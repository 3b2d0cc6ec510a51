"""What the operations board shows: unclosed breaches and objectives at risk, most urgent first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from agreements.models import Objective
from monitoring.figures.numbers import budget_text, figure_of, is_counted, target_text
from monitoring.models import Breach, BreachState, LedgerDay, ObjectiveStatus, PeriodResult
from monitoring.selectors import breaches_visible, statuses_visible
from monitoring.sparks import spark
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.web import words

UNCLOSED = (BreachState.OPEN, BreachState.ACKNOWLEDGED, BreachState.EXPLAINED)
SPARK_DAYS = 30
_BESIDE = ("objective__agreement__service__owner", "objective__indicator")
WATCHED_MOST = 20  # objectives shown when nothing is urgent
BOARD_MOST = 200  # rows; beyond that a board is a list, and the list of breaches has filters and pages

# What a breach waits for, in the order in which it is urgent: the verb that its state asks for, and the action.
NEXT_ACT: Mapping[str, tuple[str, str]] = {
    BreachState.OPEN: ("acknowledge", "breach_acknowledge"),
    BreachState.ACKNOWLEDGED: ("explain", "breach_explain"),
    BreachState.EXPLAINED: ("close", "breach_close"),
}
# Open breaches nobody has seen yet come first; then what may still be saved; then what somebody carries already.
URGENCY: Mapping[str, int] = {BreachState.OPEN: 0, "at_risk": 1, BreachState.ACKNOWLEDGED: 2, BreachState.EXPLAINED: 3}


@dataclass(frozen=True)
class BoardRow:
    """One line of the board.

    `left`: seconds of the error budget that remain in the period, negative once it is overspent, None where the
    period has none; `counted` tells that it is events, slices or tasks instead. `spark`: what was lost on each of the
    last days, oldest first, in the same unit.
    """

    key: str
    verdict: str
    step: str
    step_label: str
    breach_id: int | None
    objective: Objective
    result: PeriodResult | None
    url: str
    since: datetime | None
    exhausted_at: datetime | None
    owner: User | None
    running: bool
    left: int | None
    used: Decimal | None
    allowed: Decimal | None
    counted: bool = False
    spark: tuple[int, ...] = ()
    act: str = ""
    action: str = ""
    may_act: bool = False

    @property
    def over(self) -> int:
        """Return by how much the budget is overspent."""
        return max(0, -(self.left or 0))

    @property
    def left_text(self) -> str:
        """Return what is left of the budget, or by how much it is overspent, without its sign."""
        return (
            budget_text(abs(self.left or 0), counted=True) if self.counted else words.duration(abs(self.left or 0), 2)
        )

    @property
    def allowed_text(self) -> str:
        """Return the whole budget."""
        return budget_text(self.allowed, counted=True) if self.counted else words.duration(self.allowed, 2)

    @property
    def figure(self) -> str:
        """Return the figure of a period that is judged without a budget."""
        return figure_of(self.result) if self.result else ""

    @property
    def target(self) -> str:
        """Return its target."""
        return target_text(self.result.target) if self.result else ""

    @property
    def picture(self) -> SafeString:
        """Return the drawing of what was lost on the last days."""
        return spark(self.spark, counted=self.counted)

    @property
    def order(self) -> tuple[int, float, str]:
        """Return what the board sorts by: what is waited for, then the time that is left or has passed, then name."""
        moment = self.exhausted_at if self.verdict == "at_risk" else self.since
        return (URGENCY[self.step], moment.timestamp() if moment else float("inf"), self.key)


def board_rows(user: User, now: datetime) -> list[BoardRow]:
    """Return the rows of the board for one person at `now`, most urgent first; three queries."""
    rows = [*_breached(user, now), *_at_risk(user, now)]
    rows.sort(key=lambda row: row.order)
    return _sparked(rows[:BOARD_MOST], now)


def board_watched(user: User, now: datetime) -> list[BoardRow]:
    """Return the objectives that are judged at present, for a board on which nothing is urgent; two queries."""
    rows = statuses_visible(user).exclude(verdict="no_data").select_related(*_BESIDE)
    rows = rows.select_related("result").order_by("objective__agreement__title", "objective__position")
    return _sparked([_watched(status, now) for status in rows[:WATCHED_MOST]], now)


def _watched(status: ObjectiveStatus, now: datetime) -> BoardRow:
    """Return an objective as a row that asks for nothing."""
    return _standing(status, now, f"w{status.objective_id}", status.verdict, "watched")


def _standing(status: ObjectiveStatus, now: datetime, key: str, verdict: str, step: str) -> BoardRow:
    """Return where an objective stands as a row without a breach."""
    objective = status.objective
    return BoardRow(
        key=key,
        verdict=verdict,
        step=step,
        step_label="",
        breach_id=None,
        objective=objective,
        url=reverse("objective", args=[objective.agreement.slug, objective.name]),
        since=status.since,
        exhausted_at=status.exhausted_at,
        owner=objective.agreement.service.owner,
        **_budget(status.result, now),
        counted=is_counted(objective),
    )


def breaches_unclosed(user: User) -> QuerySet[Breach]:
    """Return the breaches that somebody has still to carry, but for those found in old records."""
    return breaches_visible(user).filter(state__in=UNCLOSED, historic=False)


def _breached(user: User, now: datetime) -> Iterable[BoardRow]:
    """Yield a row for each unclosed breach."""
    for breach in breaches_unclosed(user).select_related("objective__indicator")[: BOARD_MOST + 1]:
        act, action = NEXT_ACT[breach.state]
        yield BoardRow(
            key=f"b{breach.pk}",
            verdict="breached",
            step=breach.state,
            step_label=breach.get_state_display(),
            breach_id=breach.pk,
            objective=breach.objective,
            url=reverse("breach", args=[breach.pk]),
            since=breach.breached_at,
            exhausted_at=None,
            owner=breach.owner,
            act=act,
            action=action,
            may_act=can(user, action, breach.objective.agreement.provider, breach.objective.agreement.customer),
            **_budget(breach.result, now),
            counted=is_counted(breach.objective),
        )


def _at_risk(user: User, now: datetime) -> Iterable[BoardRow]:
    """Yield a row for each objective whose budget runs out before its period does."""
    rows = statuses_visible(user).filter(verdict="at_risk")
    for status in rows.select_related(*_BESIDE, "result")[: BOARD_MOST + 1]:
        yield _standing(status, now, f"r{status.objective_id}", "at_risk", "at_risk")


def _budget(result: PeriodResult | None, now: datetime) -> dict[str, Any]:
    """Return the columns that a result gives: whether its period runs, and what is left of its budget."""
    if result is None or result.budget_allowed is None or result.budget_consumed is None:
        running = bool(result and result.end > now)
        return {"result": result, "running": running, "left": None, "used": None, "allowed": None}
    left = int(result.budget_allowed - result.budget_consumed)
    used, allowed = result.budget_consumed, result.budget_allowed
    return {"result": result, "running": result.end > now, "left": left, "used": used, "allowed": allowed}


def _sparked(rows: list[BoardRow], now: datetime) -> list[BoardRow]:
    """Return the rows with the bad seconds of their last days, read in one query."""
    sparks = sparks_load([row.objective.pk for row in rows], now)
    return [replace(row, spark=sparks.get(row.objective.pk, ())) for row in rows]


def sparks_load(objectives: Iterable[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return, by objective, what was lost on each of the last days, oldest first: seconds or events."""
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=SPARK_DAYS - 1)
    days = LedgerDay.objects.filter(objective__in=list(objectives), day__gte=first, day__lte=today)
    sparks: dict[int, list[int]] = {}
    for objective, day, down, degraded, tally in days.values_list("objective", "day", "down", "degraded", "tally"):
        lost = lost_of(tally) if tally and "total" in tally else down + degraded
        sparks.setdefault(objective, [0] * SPARK_DAYS)[(day - first).days] = lost
    return {objective: tuple(bars) for objective, bars in sparks.items()}


def lost_of(tally: Mapping[str, Any]) -> int:
    """Return how many events, slices or tasks of a day's tally were not good."""
    return int(Fraction(tally.get("total", 0)) - Fraction(tally.get("good", 0)))
