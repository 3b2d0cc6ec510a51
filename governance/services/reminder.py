"""Reminders of reviews that come near."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from governance.models import Review, ReviewState
from slmo.accounts.models import Assignment, Role, User
from slmo.accounts.policy import ACTIONS
from slmo.notify.services.enqueue import message_enqueue

NOTICE = timedelta(days=14)  # two weeks: long enough to compile what the two sides will look at


def reviews_unreminded(now: datetime) -> list[int]:
    """Return the keys of planned reviews that take place within the notice and that nobody was told of."""
    due = Review.objects.filter(state=ReviewState.PLANNED, reminded_at__isnull=True, due_at__lte=now + NOTICE)
    return list(due.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def review_remind(*, review_id: int, now: datetime) -> bool:
    """Tell both sides, once, that a review is due; return whether there was anything to tell.

    May run twice: the row is locked, and `reminded_at` says that it was done.
    """
    rows = Review.objects.select_for_update(of=("self",)).select_related("agreement")
    review = rows.filter(pk=review_id, state=ReviewState.PLANNED, reminded_at__isnull=True).first()
    if review is None:
        return False
    message_enqueue(
        kind="review_due",
        recipients=_invited(review),
        context={"agreement": review.agreement.title, "due_on": review.due_at.date()},
        subject_type="governance.review",
        subject_id=review.pk,
        url=reverse("review", args=[review.pk]),
        dedupe_key=f"review:{review.pk}:due",
        now=now,
    )
    review.reminded_at = now
    review.save(update_fields=["reminded_at"])
    return True


def _invited(review: Review) -> Iterable[User]:
    """Return the attendees, or, where none is named, whoever may conclude the review and the other side's people."""
    named = list(review.attendees.filter(is_active=True))
    if named:
        return named
    parties = (review.agreement.provider_id, review.agreement.customer_id)
    assigned = Assignment.objects.filter(organisation__in=parties, user__is_active=True).select_related("user")
    level = ACTIONS["review_conclude"].level
    return [row.user for row in assigned if row.role == Role.CUSTOMER or (row.level or 0) >= level]
