"""Tasks in sentences: the service-hours clock, pauses, priorities, and the period that a task belongs to."""

import pytest

from slmo.core.errors import EngineError
from slmo.core.facts import Task
from slmo.core.facts_csv.tasks import pauses_read
from slmo.core.governing import rulings
from slmo.core.kinds import Asked, TaskState, task_outcomes
from tests.core.builders import agreement, at, document, window
from tests.core.test_kinds import DAY, OFFICE, judged, t, tasks

FRIDAY = window("2026-02-06T00:00:00", "2026-02-07T00:00:00")
TASKS = {
    "indicator": "tasks",
    "clock": "resolved",
    "limit": "4h",
    "target": ">= 50%",
    "calendars": OFFICE,
    "hours": "office",
}


@pytest.mark.parametrize(
    ("resolved", "good"), [("2026-02-06T17:00:00", 1), ("2026-02-06T17:00:01", 0), ("2026-02-09T09:00:00", 0)]
)
def test_a_limit_that_ends_at_closing_time_is_due_at_closing_time(resolved, good):
    task = Task("1", at("2026-02-06T13:00:00"), resolved=at(resolved))
    found = judged(tasks(task), FRIDAY.end + 9 * 86400, span=FRIDAY, **TASKS)
    assert (found.good, found.total) == (good, 1)


def outcomes(*rows, as_of, exclusions=(), **terms):
    asked = Asked(agreement(exclusions=exclusions, **TASKS | terms), "availability", tasks(*rows), as_of)
    return task_outcomes(asked)


def test_pauses_and_exclusions_stop_the_clock():
    opened = t("09:00")
    paused = Task("1", opened, pauses=((t("10:00"), t("11:00")), (t("16:30"), at("2026-02-03T09:30:00"))))
    (found,) = outcomes(paused, as_of=at("2026-02-05T00:00:00"))
    assert found.due == t("14:00")
    agreed = [{"from": "2026-02-02T12:00:00Z", "to": "2026-02-02T13:00:00Z", "reason": "agreed"}]
    (found,) = outcomes(paused, as_of=at("2026-02-05T00:00:00"), exclusions=agreed)
    assert found.due == t("15:00")
    (still,) = outcomes(Task("1", opened, pauses=((t("12:59"), None),)), as_of=at("2026-02-05T00:00:00"))
    assert (still.due, still.state) == (None, TaskState.PENDING)


def test_a_task_is_pending_until_its_limit_has_passed():
    task = Task("1", t("09:00"))
    states = [outcomes(task, as_of=t(when))[0].state.value for when in ("12:00", "13:00", "13:00:01")]
    assert states == ["pending", "pending", "failed"]
    assert judged(tasks(task), t("13:00"), **TASKS).total == 0
    assert judged(tasks(task), t("13:00:01"), **TASKS).total == 1


def test_a_changed_priority_re_targets_the_whole_task_or_what_follows():
    task = Task("1", t("09:00"), priorities=((t("09:00"), "P2"), (t("12:00"), "P1")))
    limits = {"limit": {"P1": "2h", "P2": "6h"}}
    (whole,) = outcomes(task, as_of=t("16:00"), **limits)
    (rest,) = outcomes(task, as_of=t("16:00"), repriority="rest", **limits)
    (before,) = outcomes(task, as_of=t("12:00"), **limits)
    assert (whole.due, rest.due, before.due) == (t("11:00"), t("14:00"), t("15:00"))
    late = Task("1", t("09:00"), resolved=t("11:30"), priorities=((t("09:00"), "P1"), (t("12:00"), "P2")))
    (found,) = outcomes(late, as_of=t("16:00"), repriority="rest", **limits)
    assert (found.priority, found.state) == ("P1", TaskState.FAILED)  # what came after its end changes nothing


def test_a_task_belongs_to_the_period_of_its_opening_or_of_its_end():
    task = Task("1", t("16:00"), resolved=at("2026-02-03T10:00:00"))
    later = window("2026-02-03T00:00:00", "2026-02-04T00:00:00")
    for counts_in, totals in (("opened", [1, 0]), ("resolved", [0, 1])):
        found = [judged(tasks(task), later.end, span=one, **TASKS, counts_in=counts_in).total for one in (DAY, later)]
        assert found == totals
    stuck = [
        judged(tasks(Task("1", t("16:00"))), later.end, span=one, **TASKS, counts_in="resolved") for one in (DAY, later)
    ]
    assert [one.total for one in stuck] == [0, 1]  # it failed on the next day at noon


def test_a_response_is_measured_by_its_own_clock_and_a_solution_answers_too():
    task = Task("1", t("09:00"), responded=t("09:30"), resolved=t("16:00"))
    assert outcomes(task, as_of=t("17:00"), clock="responded", limit="1h")[0].state is TaskState.IN_TIME
    assert outcomes(task, as_of=t("17:00"), limit="1h")[0].state is TaskState.FAILED
    silent = Task("1", t("09:00"), resolved=t("09:59"))
    assert outcomes(silent, as_of=t("17:00"), clock="responded", limit="1h")[0].state is TaskState.IN_TIME


def test_a_task_is_judged_by_the_terms_in_force_when_it_was_opened():
    first = document(period="month", **TASKS)
    made = agreement(first, document(since="2026-02-03", period="month", **TASKS | {"limit": "1h"}))
    rows = [Task("1", t("16:00"), resolved=at("2026-02-03T10:30:00")), Task("2", at("2026-02-03T09:00:00"))]
    end = at("2026-02-04T00:00:00")
    found = task_outcomes(Asked(made, "availability", tasks(*rows), end))
    assert [(one.limit, one.state.value) for one in found] == [(14400, "in_time"), (3600, "failed")]
    assert len(rulings(made, "availability", window("2026-02-01T00:00:00", "2026-03-01T00:00:00"))) == 2


def test_pauses_of_a_file_that_overlap_or_stand_in_any_order_are_one():
    def pair(start, end):
        return f"2026-02-02T{start}:00Z/" + (f"2026-02-02T{end}:00Z" if end else "")

    first, second = at("2026-02-02T10:00:00+00:00"), at("2026-02-02T12:00:00+00:00")
    assert pauses_read(";".join([pair("11:00", "12:00"), pair("10:00", "11:30")])) == ((first, second),)
    assert pauses_read(";".join([pair("11:00", "11:10"), pair("10:00", None)])) == ((first, None),)
    with pytest.raises(EngineError, match="end after they start"):
        pauses_read(pair("12:00", "11:00"))
