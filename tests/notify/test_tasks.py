"""The task that empties the outbox, on the real broker and database."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from kombu.simple import SimpleQueue

from slmo.accounts.models import User
from slmo.celery import app
from slmo.notify import tasks
from slmo.notify.models import Delivery, Message
from slmo.notify.services import message_enqueue
from slmo.notify.tasks import outbox_drain
from tests.support.people import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)


def enqueue(user: User, number: int = 1) -> Message:
    return message_enqueue(
        kind="review_due",
        recipients=[user],
        context={"agreement": "Mail", "due_on": NOW.date()},
        subject_type="governance.review",
        subject_id=number,
        url="/",
        dedupe_key=f"review:{number}:due",
        now=NOW,
    )


def _taken(queue: SimpleQueue) -> Any:
    """Take one message from a queue, or None."""
    try:
        return queue.get(block=False)
    except queue.Empty:
        return None


def queued() -> list[list[object]]:
    """Take the arguments of all tasks that wait at the broker."""
    found = []
    with app.connection_for_read() as broker, broker.SimpleQueue(app.conf.task_default_queue) as queue:
        for message in iter(partial(_taken, queue), None):
            found.append(message.payload[0])
            message.ack()
    return found


def test_the_task_leaves_for_the_broker_by_id_and_only_after_the_commit() -> None:
    queued()
    with transaction.atomic():
        message = enqueue(person("ann"))
        assert queued() == []
    assert queued() == [[message.pk]]


def test_news_of_a_transaction_that_failed_is_never_sent() -> None:
    queued()
    with transaction.atomic():
        enqueue(person("ann"))
        transaction.set_rollback(True)
    assert queued() == []
    assert outbox_drain() == 0


def test_without_a_broker_the_act_still_succeeds_and_the_sweep_sends_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.outbox_drain, "delay", away)
    enqueue(person("ann"))
    assert outbox_drain() == 2
    assert len(mail.outbox) == 1


def test_a_task_for_one_message_leaves_the_others_to_their_own() -> None:
    ann = person("ann")
    first, second = enqueue(ann, 1), enqueue(ann, 2)
    assert outbox_drain(first.pk) == 2
    assert not Delivery.objects.filter(message=second).exists()
    assert outbox_drain(first.pk) == 0


def test_many_workers_at_once_send_every_letter_once() -> None:
    people = [person(f"p{number}") for number in range(5)]
    for number, user in enumerate(people):
        enqueue(user, number)

    def drain(_turn: int) -> int:
        try:
            return outbox_drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tried = sum(pool.map(drain, range(8)))
    assert tried + outbox_drain() == 10
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(user.email for user in people)
    assert set(Delivery.objects.values_list("status", "tries")) == {("sent", 1)}
