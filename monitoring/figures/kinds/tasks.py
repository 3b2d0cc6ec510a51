"""Tasks in time: each task on the service-hours clock, the late ones first."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.clock import clock_drawn
from monitoring.figures.cut import Cut
from monitoring.figures.kinds.base import Counted, Figure, Step, count_text, readers_of
from slmo.core.clock import ServiceClock
from slmo.core.intervals import Intervals
from slmo.core.kinds import TaskOutcome, TaskState, task_outcomes
from slmo.core.kinds.tasks import TasksKind
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window
from slmo.web import words
from slmo.web.charts import task_dots

SHOWN_MOST = 60  # rows; the chart has them all
VERDICTS = {TaskState.IN_TIME: "met", TaskState.FAILED: "breached", TaskState.PENDING: "future"}
FIRST = (TaskState.FAILED, TaskState.PENDING, TaskState.IN_TIME)


@dataclass(frozen=True)
class Timed:
    """A task with the hours in which its clock ran, and the service seconds that it used."""

    outcome: TaskOutcome
    hours: Intervals
    used: int

    @property
    def share(self) -> Fraction:
        """Return which share of its limit the task used."""
        return Fraction(self.used, self.outcome.limit)


class TasksFigure(Counted):
    """Tasks in time of all tasks that count."""

    name = "tasks"
    template = "monitoring/kinds/tasks.html"
    clocked = False

    def fact(self, figure: Figure) -> str:
        """Say how many tasks were in time."""
        values = {"good": count_text(figure.good), "total": count_text(figure.total), "figure": figure.text}
        if figure.written.get("clock") == "responded":
            return _("%(good)s of %(total)s tasks were answered in time: %(figure)s.") % values
        return _("%(good)s of %(total)s tasks were resolved in time: %(figure)s.") % values

    def note(self, figure: Figure) -> str:
        """Name the number of tasks."""
        values = {"good": count_text(figure.good), "total": count_text(figure.total)}
        return _("%(good)s of %(total)s tasks in time") % values

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Count tasks."""
        limits = terms.own.limits if terms else ()
        named = ", ".join(f"{name} {service_text(limit)}".strip() for name, limit in limits)
        first = [Step(_("Limit on the service-hours clock"), "", named)] if named else []
        return [*first, *self.share_steps(figure, _("Tasks that count"), _("Tasks in time"))]

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return every task of the period on its clock, late ones first; then the open ones, the next due first."""
        timed = [one for reader in readers_of(cut) if isinstance(reader, TasksKind) for one in _timed(reader, cut)]
        ordered = sorted(timed, key=_order)
        pending = [one.outcome for one in timed if one.outcome.state is TaskState.PENDING]
        due = min((one.due for one in pending if one.due is not None), default=None)
        return {
            "chart": _dots(timed, cut) if timed else None,
            "tasks": [_shown(one, cut) for one in ordered[:SHOWN_MOST]],
            "more": max(0, len(ordered) - SHOWN_MOST),
            "late": sum(one.outcome.state is TaskState.FAILED for one in timed),
            "pending": len(pending),
            "next_due": words.when(due, cut.terms.timezone) if due else "",
        }


def _order(one: Timed) -> tuple[int, Fraction]:
    """Return what the table is sorted by: late, open, in time; the longest first."""
    return FIRST.index(one.outcome.state), -one.share


def _timed(reader: TasksKind, cut: Cut) -> list[Timed]:
    """Return the tasks that belong to the ruling's time, and those that are open within their limit."""
    window, found = reader.ruling.window, []
    for outcome in task_outcomes(reader.asked):
        pending = outcome.state is TaskState.PENDING
        at = outcome.task.opened if pending else outcome.at
        if at is None or not (window.start <= at < window.end):
            continue
        end = max(one for one in (outcome.done or cut.as_of, outcome.due) if one is not None)
        span = Window(outcome.task.opened, max(end, outcome.task.opened + 1))
        hours = reader.version.calendar_of(reader.terms).open(span)
        hours = hours.subtract(reader.asked.excluded(reader.version, reader.terms, span))
        clock = ServiceClock.of(hours)
        used = clock.elapsed(outcome.task.opened, outcome.done or cut.as_of, outcome.task.pauses)
        found.append(Timed(outcome, hours, used))
    return found


def _shown(one: Timed, cut: Cut) -> dict[str, Any]:
    """Return a task as the table shows it."""
    outcome, zone = one.outcome, cut.terms.timezone
    return {
        "id": outcome.task.id,
        "priority": outcome.priority,
        "verdict": VERDICTS[outcome.state],
        "state": outcome.state.value,
        "opened": words.when(outcome.task.opened, zone),
        "due": words.when(outcome.due, zone) if outcome.due else "",
        "done": words.when(outcome.done, zone) if outcome.done else "",
        "used": service_text(one.used),
        "limit": service_text(outcome.limit),
        "pauses": len(outcome.task.pauses),
        "clock": clock_drawn(outcome, one.hours, cut.as_of, zone),
    }


def _dots(timed: list[Timed], cut: Cut) -> dict[str, Any]:
    """Return each task as a dot of time used against its limit."""
    points = [
        {"at": one.outcome.task.opened, "used": one.share, "verdict": VERDICTS[one.outcome.state], "text": _told(one)}
        for one in timed
    ]
    window = cut.window
    return task_dots(points, start=window.start, end=window.end, zone=cut.terms.timezone, limit_label=_("limit"))


def _told(one: Timed) -> str:
    """Say how a task stands."""
    outcome = one.outcome
    name = f"{outcome.task.id} ({outcome.priority})" if outcome.priority else outcome.task.id
    values = {"task": name, "used": service_text(one.used), "limit": service_text(outcome.limit)}
    if outcome.state is TaskState.PENDING:
        return _("%(task)s: open, %(used)s of %(limit)s used") % values
    return _("%(task)s: %(used)s of %(limit)s") % values


def service_text(seconds: int) -> str:
    """Return a length of service hours without days, which would not be calendar days: "26 h 30 min"."""
    hours, rest = divmod(seconds, words.HOUR)
    if not hours:
        return words.duration(rest, 2)
    text = f"{words.number(hours)}{words.NBSP}{words.unit_short('h')}"
    return f"{text}{words.NBSP}{words.duration(rest, 1)}" if rest >= words.MINUTE else text


def pending_text(count: int, due: str) -> str:
    """Say how many tasks are still open, and when the next is due; an empty text where none is."""
    if not count:
        return ""
    told = ngettext("%(count)s task is still open", "%(count)s tasks are still open", count) % {"count": count}
    return _("%(open)s; the next is due %(when)s.") % {"open": told, "when": due} if due else f"{told}."
