"""Tasks: the share done within their limit, measured on the service-hours clock with pauses left out."""

from __future__ import annotations

import enum
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from slmo.core.classes import CODE, Class, Partition, Seconds
from slmo.core.clock import ServiceClock
from slmo.core.facts import Task
from slmo.core.governing import spans, versions_with
from slmo.core.intervals import Steps, Times, times
from slmo.core.kinds.base import Asked, Kind, by_presence, painted
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import ObjectiveTerms, Version
from slmo.core.terms.own import TasksTerms
from slmo.core.units import DAY, Window
from slmo.core.verdict import (
    NOTHING,
    Judgement,
    Verdict,
    counted_seconds,
    events_budget,
    events_verdict,
    idle_verdict,
    ratio,
    whole,
)

_AHEAD = 400 * DAY  # how far service hours are looked up for tasks that are still within their limit

_BEHIND = 200 * 366 * DAY  # a task that claims to be older has a clock that begins here


class TaskState(enum.StrEnum):
    """How a task stands."""

    IN_TIME = "in_time"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True)
class TaskOutcome:
    """A task as known at the moment asked about: its limit in service seconds, when that passes, and how it stands.

    `due` is None while an open pause holds the clock. `done` is when the clock's own end came. `at` is the instant by
    which the task belongs to a period; None while it is pending and belongs to the period of its end.
    """

    task: Task
    priority: str
    limit: int
    due: int | None
    done: int | None
    state: TaskState
    at: int | None


class TasksKind(Kind):
    """Tasks in time ÷ tasks counted."""

    quiet_is_unknown = False
    unit = "tasks"

    @functools.cached_property
    def _counted(self) -> tuple[Times, Times]:
        """Return when the counted tasks belong, in order, and how many of them up to each are in time."""
        outcomes = task_outcomes(self.asked)
        inside = sorted(
            (one.at, one.state is TaskState.IN_TIME)
            for one in outcomes
            if one.state is not TaskState.PENDING and one.at is not None
        )
        at = times([when for when, _ in inside])
        good = times([kept for _, kept in inside])
        beyond = self.asked.suspended(self.version, self.terms, self.ruling.window)
        mine = self.ruling.term.contains(at) & ~beyond.contains(at)
        return at[mine], np.concatenate(([0], np.cumsum(good[mine])))

    def steps(self) -> Steps:
        """Return up; a window without any task is unknown instead."""
        return Steps.constant(CODE[Class.UP])

    def partition(self, window: Window) -> Partition:
        """Return the window's classes: counted time is up if any task was counted in it, else unknown."""
        one = Class.UP if self.tally(window).total else Class.UNKNOWN
        return painted(Steps.constant(CODE[one]), self.layers(window), window)

    def tally(self, window: Window) -> Tally:
        """Return the tasks that belong to the window."""
        at, good = self._counted
        first, last = np.searchsorted(at, [window.start, window.end]).tolist()
        return Tally(Fraction(int(good[last] - good[first])), Fraction(last - first))

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the tasks of a period; they count whether or not the period has service hours."""
        target, good, total = terms.target, tally.good, tally.total
        if target is None:
            return NOTHING
        if total:
            verdict = events_verdict(target, good, total, closed)
        else:
            verdict = idle_verdict(terms.own.idle_is_met, closed) if counted_seconds(seconds) else Verdict.NO_DATA
        achieved = ratio(good, total)
        return Judgement(verdict, achieved, good, whole(total), achieved, achieved, events_budget(target, good, total))

    @staticmethod
    def settled(seconds: Seconds, tally: Tally) -> Seconds:
        """Return counted seconds as up if any task was counted, else as unknown."""
        return by_presence(seconds, tally)


def task_outcomes(asked: Asked) -> Sequence[TaskOutcome]:
    """Return every task of the objective with its due time, as known at the moment asked about.

    A task is judged by the terms in force when it was opened, but for the target. What happened at the moment asked
    about or later is not known.
    """
    return asked.kept(task_outcomes, lambda: tuple(_outcomes(asked)))


def _outcomes(asked: Asked) -> list[TaskOutcome]:
    found = []
    for task in asked.facts.tasks.current():
        if task.opened >= asked.as_of:
            continue
        version = _version_of(asked, task.opened)
        terms = version.objectives[asked.objective]
        if not isinstance(terms.own, TasksTerms) or (terms.scope and task.scope not in ("", *terms.scope)):
            continue
        outcome = _outcome(asked, version, terms, _as_known(task, asked.as_of))
        if outcome is not None:
            found.append(outcome)
    return found


def _as_known(task: Task, as_of: int) -> Task:
    """Return what was known of a task just before an instant."""
    return replace(
        task,
        responded=task.responded if task.responded is not None and task.responded < as_of else None,
        resolved=task.resolved if task.resolved is not None and task.resolved < as_of else None,
        priorities=tuple(one for one in task.priorities if one[0] < as_of),
        pauses=tuple((a, b if b is not None and b < as_of else None) for a, b in task.pauses if a < as_of),
    )


def _version_of(asked: Asked, opened: int) -> Version:
    """Return the version by which a task is judged: that in force at its opening, else the next one to come."""
    versions = versions_with(asked.agreement, asked.objective)
    if len(versions) > 1:
        ruling = spans(asked.agreement, asked.objective, Window(opened, opened + 1), asked.as_of)[0]
        if ruling.version is not None:
            return ruling.version
    return next((one for one in versions if one.effective_from >= opened), versions[-1])


def _outcome(asked: Asked, version: Version, terms: ObjectiveTerms, task: Task) -> TaskOutcome | None:
    own: TasksTerms = terms.own
    done = task.resolved if own.clock == "resolved" or task.responded is None else task.responded
    priority = task.priority_at(done)
    if not own.has(priority):
        return None
    start = max([task.opened, *(at for at, _ in task.priorities if own.from_change and (done is None or at < done))])
    limit = own.limit_of(priority)
    due = _clock(asked, version, terms).due(start, limit, task.pauses)
    if done is not None:
        state = TaskState.IN_TIME if due is None or done <= due else TaskState.FAILED
    else:
        state = TaskState.FAILED if due is not None and due < asked.as_of else TaskState.PENDING
    ended = done if done is not None else due if state is TaskState.FAILED else None
    return TaskOutcome(task, priority, limit, due, done, state, task.opened if own.counts_in == "opened" else ended)


def _clock(asked: Asked, version: Version, terms: ObjectiveTerms) -> ServiceClock:
    """Return the clock of a version's service hours, from the first task to long after the moment asked about."""

    def make() -> ServiceClock:
        first = min(one.opened for one in asked.facts.tasks)
        window = Window(max(first, asked.as_of - _BEHIND), asked.as_of + _AHEAD)
        hours = version.calendar_of(terms).open(window)
        return ServiceClock.of(hours.subtract(asked.excluded(version, terms, window)))

    return asked.kept((ServiceClock, version.id), make)
