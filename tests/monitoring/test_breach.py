"""Breaches: every step from every state, by those who may, with its line, its audit entry and its news."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from agreements.errors import Refused
from monitoring.models import Breach, BreachState
from monitoring.services.assessment import objective_assess
from monitoring.services.breach import (
    TRANSITIONS,
    breach_acknowledge,
    breach_assign,
    breach_close,
    breach_explain,
    breach_note,
)
from monitoring.services.facts import facts_record
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.make import DOWN, NOW, agreement_make, at, indicator_make, organisations_make, row, user_make

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
STEPS = {
    "acknowledge": lambda breach, actor: breach_acknowledge(breach=breach, actor=actor, now=LATER),
    "assign": lambda breach, actor: breach_assign(breach=breach, owner=actor, actor=actor, now=LATER),
    "explain": lambda breach, actor: breach_explain(
        breach=breach, cause="fault", explanation="A disk failed.", actor=actor, now=LATER
    ),
    "close": lambda breach, actor: breach_close(breach=breach, outcome="The disk was changed.", actor=actor, now=LATER),
}


@pytest.fixture
def breach(db):
    indicator = indicator_make(gaps_up=True, recorded_from=at("2026-06-01 00:00"))
    objective = agreement_make(indicator).objectives.get()
    down = row("2026-06-10 10:00", "2026-06-10 12:00", DOWN)
    facts_record(indicator=indicator, rows=[down], origin="file", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    return Breach.objects.get()


@pytest.fixture
def erik(breach):
    return user_make(organisations_make()[0], "erik", 4)


@pytest.mark.wide
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", BreachState.values)
def test_a_step_is_taken_exactly_where_the_table_allows_it(breach, erik, state, step):
    Breach.objects.update(state=state)
    if (state, step) in TRANSITIONS:
        assert STEPS[step](breach, erik).state == TRANSITIONS[state, step]
        breach.refresh_from_db()
        assert breach.state == TRANSITIONS[state, step]
        assert breach.notes.latest("pk").author == erik
        assert Entry.objects.filter(action=f"breach_{step}", actor_id=erik.pk).count() == 1
    else:
        with pytest.raises(Refused):
            STEPS[step](breach, erik)
        breach.refresh_from_db()
        assert (breach.state, breach.notes.count()) == (state, 1)


@pytest.mark.parametrize(("step", "level"), [("acknowledge", 3), ("assign", 3), ("explain", 4), ("close", 4)])
def test_a_step_needs_its_level_and_customers_take_none(breach, step, level):
    state = next(state for state, one in TRANSITIONS if one == step)
    Breach.objects.update(state=state)
    provider, customer = organisations_make()
    for actor in (user_make(provider, "low", level - 1), user_make(customer, "rita")):
        with pytest.raises(Denied):
            STEPS[step](breach, actor)
    assert STEPS[step](breach, user_make(provider, "high", level))


def test_a_breach_is_carried_from_alert_to_closure_and_the_customer_is_told(breach, erik):
    rita = user_make(organisations_make()[1], "rita")
    for step in ("acknowledge", "explain", "close"):
        STEPS[step](breach, erik)
    breach.refresh_from_db()
    assert (breach.state, breach.owner, breach.acknowledged_by, breach.closed_by) == ("closed", erik, erik, erik)
    assert (breach.cause, breach.explanation, breach.outcome) == ("fault", "A disk failed.", "The disk was changed.")
    assert list(breach.notes.values_list("step", flat=True)) == ["open", "acknowledged", "explained", "closed"]
    assert Message.objects.get(kind="breach_closed").recipient_ids == [rita.pk]


def test_a_note_is_written_in_any_state_but_not_empty(breach, erik):
    Breach.objects.update(state="closed")
    assert breach_note(breach=breach, text=" Seen again. ", actor=erik, now=LATER).text == "Seen again."
    with pytest.raises(ValidationError):
        breach_note(breach=breach, text="  ", actor=erik, now=LATER)


def test_what_a_step_needs_is_asked_for_by_field(breach, erik):
    breach_acknowledge(breach=breach, actor=erik, now=LATER)
    with pytest.raises(ValidationError) as refused:
        breach_explain(breach=breach, cause="fate", explanation="It was.", actor=erik, now=LATER)
    assert set(refused.value.message_dict) == {"cause"}
    with pytest.raises(ValidationError) as refused:
        breach_explain(breach=breach, cause="fault", explanation=" ", actor=erik, now=LATER)
    assert set(refused.value.message_dict) == {"explanation"}
    rita = user_make(organisations_make()[1], "rita")
    with pytest.raises(ValidationError) as refused:
        breach_assign(breach=breach, owner=rita, actor=erik, now=LATER)
    assert set(refused.value.message_dict) == {"owner"}
