"""Background work of governance: fetch ids, call services."""

from celery import shared_task
from django.utils import timezone

from governance.services.reminder import review_remind, reviews_unreminded


@shared_task(acks_late=True)
def reviews_remind() -> int:
    """Tell both sides of every review that comes near; return how many were told of."""
    now = timezone.now()
    return sum(review_remind(review_id=pk, now=now) for pk in reviews_unreminded(now))
