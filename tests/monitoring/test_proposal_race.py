"""Two people who decide at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from agreements.errors import Refused
from monitoring.models import Exclusion, Fact, PeriodResult, Restatement
from monitoring.services.correction import correction_approve
from monitoring.services.exclusion import exclusion_approve
from monitoring.services.restatement import restatement_issue
from slmo.accounts.models import User
from tests.monitoring.desk import LATER, Desk, close, desk_make
from tests.reports.story import DOWN, assess, fact, record, story_make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(desk: Desk, act: Callable[[User], object]) -> list[str]:
    """Let both heads do the same at the same moment; return what became of each try."""
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def attempt(person: User) -> None:
        gate.wait(timeout=60)
        try:
            act(person)
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[person]) for person in (desk.head, desk.other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sorted(outcomes)


def test_whatever_two_people_decide_at_the_same_moment_is_written_once() -> None:
    desk = desk_make(story_make())
    final = close(desk.february())
    correction, exclusion = desk.proposed(), desk.asked()
    assert at_once(desk, lambda one: correction_approve(correction=correction, actor=one, now=LATER)) == [
        "done",
        "refused",
    ]
    assert Fact.objects.filter(origin="correction").count() == 1
    assert at_once(desk, lambda one: exclusion_approve(exclusion=exclusion, actor=one, now=LATER)) == [
        "done",
        "refused",
    ]
    assert Exclusion.objects.get().state == "approved"
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "late"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    question = Restatement.objects.get(state="waiting")
    issue = lambda one: restatement_issue(restatement=question, word="Late.", actor=one, now=LATER)  # noqa: E731
    assert at_once(desk, issue) == ["done", "refused"]
    revisions = PeriodResult.objects.filter(objective=final.objective_id, start=final.start).order_by("revision")
    assert [(row.revision, row.current) for row in revisions] == [(1, False), (2, False), (3, False), (4, True)]
