"""Reviews: planned, held, concluded; a decision to amend opens a draft."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from agreements.errors import DocumentRefused
from agreements.models import Version, VersionState
from governance.models import Decision, Review, ReviewState
from governance.selectors import reviews_visible
from governance.services.reminder import review_remind, reviews_unreminded
from governance.services.review import TRANSITIONS, review_conclude, review_hold, review_schedule
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.governance.world import NOW, World, first_of

pytestmark = pytest.mark.django_db


def planned(world: World, **changes: object) -> Review:
    """Return a planned review of the retail agreement over the first quarter."""
    values = {
        "agreement": world.sla,
        "covers_from": first_of(1),
        "covers_until": first_of(4),
        "due_at": NOW + timedelta(days=3),
        "actor": world.people["manager"],
        "now": NOW,
    }
    return review_schedule(**{**values, **changes})  # type: ignore[arg-type]


def held(world: World) -> Review:
    """Return a review that was held."""
    manager = world.people["manager"]
    return review_hold(review=planned(world), minutes="All went well.", actor=manager, now=NOW)


def test_a_review_is_planned_held_and_concluded(world: World) -> None:
    review = held(world)
    assert review.state == ReviewState.HELD
    done = review_conclude(
        review=review, decision=Decision.CONTINUE, reasons="All targets met.", actor=world.people["manager"], now=NOW
    )
    assert (done.state, done.decision, done.draft) == (ReviewState.CONCLUDED, "continue", None)
    entries = Entry.objects.filter(subject_type="governance.review", subject_id=str(review.pk))
    acts = list(entries.order_by("id").values_list("action", flat=True))
    assert acts == ["review_schedule", "review_hold", "review_conclude"]


def test_deciding_to_amend_opens_a_draft_of_the_agreement_with_its_reasons(world: World) -> None:
    done = review_conclude(
        review=held(world),
        decision=Decision.AMEND,
        reasons="The customer needs 99.95 %.",
        effective_from=date(2026, 9, 1),
        actor=world.people["manager"],
        now=NOW,
    )
    assert done.draft is not None
    assert (done.draft.agreement, done.draft.state) == (world.sla, VersionState.DRAFT)
    assert done.draft.effective_from == date(2026, 9, 1)
    assert "The customer needs 99.95 %." in done.draft.note


def test_a_supplier_agreement_is_amended_from_the_side_that_receives_it(world: World) -> None:
    review = planned(world, agreement=world.uc)
    review = review_hold(review=review, minutes="Too many outages.", actor=world.people["manager"], now=NOW)
    done = review_conclude(
        review=review, decision=Decision.AMEND, reasons="Ask for more.", actor=world.people["manager"], now=NOW
    )
    assert done.draft is not None
    assert done.draft.drafted_side == "customer"


def test_a_draft_that_cannot_be_opened_leaves_the_review_as_it_was(world: World) -> None:
    review = held(world)
    with pytest.raises(ValidationError):
        review_conclude(
            review=review,
            decision=Decision.AMEND,
            reasons="Too early.",
            effective_from=date(2026, 1, 1),  # a version is in force from that very day
            actor=world.people["manager"],
            now=NOW,
        )
    review.refresh_from_db()
    assert (review.state, review.draft, Version.objects.filter(agreement=world.sla).count()) == ("held", None, 1)
    assert issubclass(DocumentRefused, ValidationError)


@pytest.mark.parametrize("verb", sorted(TRANSITIONS))
@pytest.mark.parametrize("state", ReviewState.values)
def test_only_the_steps_of_the_table_are_possible(world: World, verb: str, state: str) -> None:
    review = planned(world)
    Review.objects.filter(pk=review.pk).update(state=state)
    manager = world.people["manager"]

    def act() -> Review:
        if verb == "hold":
            return review_hold(review=review, minutes="Said.", actor=manager, now=NOW)
        return review_conclude(review=review, decision="continue", reasons="Good.", actor=manager, now=NOW)

    if state in TRANSITIONS[verb].sources:
        assert act().state == TRANSITIONS[verb].target
    else:
        with pytest.raises(ValidationError, match="no longer possible"):
            act()


@pytest.mark.parametrize("name", ["clerk", "operator", "analyst", "buyer", "doctor"])
def test_who_does_not_negotiate_plans_no_review(world: World, name: str) -> None:
    with pytest.raises(Denied):
        planned(world, actor=world.people[name])
    assert not Review.objects.exists()


def test_a_review_of_no_days_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        planned(world, covers_until=first_of(1))
    assert "covers_until" in refused.value.message_dict


@pytest.mark.parametrize(("field", "values"), [("decision", {"decision": "maybe"}), ("reasons", {"reasons": "  "})])
def test_a_conclusion_without_decision_or_reasons_is_refused(world: World, field: str, values: dict[str, str]) -> None:
    said = {"decision": "continue", "reasons": "Good.", **values}
    with pytest.raises(ValidationError) as refused:
        review_conclude(review=held(world), **said, actor=world.people["manager"], now=NOW)  # type: ignore[arg-type]
    assert field in refused.value.message_dict


def test_another_customers_review_is_not_there(world: World) -> None:
    review = planned(world)
    assert list(reviews_visible(world.people["buyer"])) == [review]
    assert not reviews_visible(world.people["doctor"]).exists()


def test_both_sides_are_reminded_once_of_a_review_within_two_weeks(world: World) -> None:
    near, far = planned(world), planned(world, due_at=NOW + timedelta(days=15))
    assert reviews_unreminded(NOW) == [near.pk]
    assert review_remind(review_id=near.pk, now=NOW)
    assert not review_remind(review_id=near.pk, now=NOW)
    message = Message.objects.get(kind="review_due")
    assert message.subject_id == str(near.pk) != str(far.pk)
    names = {world.people[name].pk for name in ("manager", "head", "director", "buyer")}
    assert set(message.recipient_ids) == names
