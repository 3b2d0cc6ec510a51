"""The continual improvement register."""

import pytest
from django.core.exceptions import ValidationError

from governance.models import Improvement, ImprovementState
from governance.selectors import improvements_visible
from governance.services.improvement import (
    TRANSITIONS,
    improvement_create,
    improvement_done,
    improvement_drop,
    improvement_start,
    improvement_update,
)
from governance.services.review import review_schedule
from slmo.accounts.errors import Denied
from slmo.accounts.models import User
from slmo.audit.models import Entry
from tests.governance.world import NOW, World, first_of

pytestmark = pytest.mark.django_db


def proposed(world: World, actor: User | None = None, **more: object) -> Improvement:
    """Return a proposed improvement of the payments service."""
    actor = actor or world.people["analyst"]
    return improvement_create(
        title="Add a replica", reason="Three outages.", service=world.payments, actor=actor, now=NOW, **more
    )  # type: ignore[arg-type]


def take(verb: str, improvement: Improvement, actor: User | None) -> Improvement:
    """Do one verb of the table with what it needs."""
    if verb == "update":
        return improvement_update(
            improvement=improvement, title="Two", reason="", owner=None, due_on=None, actor=actor, now=NOW
        )
    if verb == "start":
        return improvement_start(improvement=improvement, actor=actor, now=NOW)
    finish = {"done": improvement_done, "drop": improvement_drop}[verb]
    return finish(improvement=improvement, effect="No outage since.", actor=actor, now=NOW)


def test_an_improvement_is_proposed_started_and_done(world: World) -> None:
    analyst = world.people["analyst"]
    row = take("done", take("start", proposed(world), analyst), analyst)
    assert (row.state, row.owner, row.effect, row.done_at) == ("done", analyst, "No outage since.", NOW)
    entries = Entry.objects.filter(subject_type="governance.improvement").order_by("id")
    acts = ["improvement_create", "improvement_start", "improvement_done"]
    assert list(entries.values_list("action", flat=True)) == acts


@pytest.mark.parametrize("verb", sorted(TRANSITIONS))
@pytest.mark.parametrize("state", ImprovementState.values)
def test_only_the_steps_of_the_table_are_possible(world: World, verb: str, state: str) -> None:
    row = proposed(world)
    Improvement.objects.filter(pk=row.pk).update(state=state)
    if state in TRANSITIONS[verb].sources:
        assert take(verb, row, world.people["analyst"]).state == TRANSITIONS[verb].target
    else:
        with pytest.raises(ValidationError, match="no longer possible"):
            take(verb, row, world.people["analyst"])


@pytest.mark.parametrize("name", ["clerk", "operator", "buyer"])
def test_who_starts_no_actions_edits_no_improvement(world: World, name: str) -> None:
    with pytest.raises(Denied):
        proposed(world, world.people[name])
    row = proposed(world)
    for verb in TRANSITIONS:
        with pytest.raises(Denied):
            take(verb, row, world.people[name])


def test_work_without_an_owner_does_not_start(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        improvement_start(improvement=proposed(world), actor=None, now=NOW)
    assert "owner" in refused.value.message_dict


def test_finishing_without_saying_what_it_brought_is_refused(world: World) -> None:
    row = take("start", proposed(world), world.people["analyst"])
    with pytest.raises(ValidationError) as refused:
        improvement_done(improvement=row, effect=" ", actor=world.people["analyst"], now=NOW)
    assert "effect" in refused.value.message_dict


def test_a_customer_sees_what_its_own_review_led_to_and_nothing_else(world: World) -> None:
    review = review_schedule(
        agreement=world.sla, covers_from=first_of(1), covers_until=first_of(4), due_at=NOW, actor=None, now=NOW
    )
    inner, shared = proposed(world), proposed(world, review=review)
    assert set(improvements_visible(world.people["manager"])) == {inner, shared}
    assert list(improvements_visible(world.people["buyer"])) == [shared]
    assert not improvements_visible(world.people["doctor"]).exists()
