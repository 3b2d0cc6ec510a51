"""Verbs of webhooks: a message is taken, once; a key is made, replaced and withdrawn."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from agreements.models import Indicator
from monitoring.instants import instant_of, moment_of
from monitoring.models import Fact, PushDelivery, Source
from monitoring.rows import FactsRefused
from monitoring.sentence import gettext as _
from monitoring.sentence import kept, sentence_of
from monitoring.services.facts import facts_record
from monitoring.services.source import origin_of
from monitoring.services.webhook_keys import keys_valid, push_of
from monitoring.webhooks.alerts import ItemError
from monitoring.webhooks.reading import Message, Own, Read, Stream
from monitoring.webhooks.signature import Refused, Sender, sender_known, token_known

BODY_MOST = 1024 * 1024  # bytes of a message
OVERTAKEN = timedelta(minutes=5)  # told to fire so soon after it was resolved, an alert was overtaken on its way
REFUSED_MOST = 20  # refused messages that are kept of one source in an hour, so that nobody can fill the table


class Answer(NamedTuple):
    """What is answered: the status, and what it says."""

    status: int
    body: dict[str, Any]


def webhook_take(*, source: Source, message: Message, now: datetime) -> Answer:
    """Record what a message says, all or nothing but for the items that cannot be used, and return the answer.

    A message that was taken already is refused with 409 where it is the very same, and answered as before where its
    sender signed it anew. What was answered is kept for the source's page.
    """
    sender = Sender("", None)
    try:
        sender = _sender(source, message, now)
        return _taken(source, message, sender, now)
    except Refused as refused:
        return _refused(source, message, refused.status, {"error": sentence_of(refused)}, now)
    except ItemError as wrong:
        said = sentence_of(wrong)
        error = {"index": None, "field": wrong.field, "message": said}
        return _refused(source, message, 400, {"error": said, "errors": [error]}, now)
    except FactsRefused as facts:
        return _refused(source, message, 400, {"error": sentence_of(facts)}, now)


def _sender(source: Source, message: Message, now: datetime) -> Sender:
    """Return who sent the message; raises Refused."""
    if len(message.body) > BODY_MOST:
        raise Refused(413, _("Expected at most %(size)d bytes.") % {"size": BODY_MOST})
    keys = keys_valid(source)
    if not keys:
        raise Refused(401, _("This webhook has no key yet; make one on the source’s page."))
    if push_of(source).signed(source.config):
        return sender_known(keys, message.headers, message.body, instant_of(now))
    return token_known(keys, message.headers)


def _taken(source: Source, message: Message, sender: Sender, now: datetime) -> Answer:
    """Record a message under its name, unless that is taken; raises Refused, ItemError and FactsRefused."""
    try:
        with transaction.atomic():
            delivery = _delivery(source, message, sender, now)
            if sender.id:
                delivery.save()  # holds the name: a second process waits here, and is refused
            read = _read(source, message, now)
            delivery.form, delivery.status, delivery.answer = read.form, 202, _recorded(source, read, now)
            if read.errors and not any(read.rows.values()):
                delivery.status = 400
            _parts_keep(delivery)
            delivery.save()
    except IntegrityError:
        if not (sender.id and source.deliveries.filter(name=sender.id, status__lt=300).exists()):
            raise  # not the message's name, but a fault
        return _again(source, sender)
    return Answer(delivery.status, delivery.answer)


def _read(source: Source, message: Message, now: datetime) -> Read:
    """Return what a message says; raises ItemError."""
    own = Own(source.indicator, _finder(source))
    return push_of(source).receive(source.config, message, own, instant_of(now))


def _again(source: Source, sender: Sender) -> Answer:
    """Return the answer to a message whose name was taken before; raises Refused for the very same message."""
    first = source.deliveries.get(name=sender.id, status__lt=300)
    if first.signed_at is not None and sender.signed_at == instant_of(first.signed_at):
        raise Refused(409, _("This message was taken already; nothing of it is recorded again."))
    return Answer(first.status, {**first.answer, "again": True})


def _recorded(source: Source, read: Read, now: datetime) -> dict[str, Any]:
    """Record the rows of a message and write on the source that it was heard; return the receipt."""
    receipt: dict[str, Any] = {"recorded": 0, "new": 0, "replaced": 0, "ignored": read.ignored}
    for stream, rows in read.rows.items():
        origin = origin_of(source) + (f":{stream.part}" if stream.part else "")
        kept = _not_overtaken(stream, origin, rows, now) if read.form == "alertmanager" else rows
        if kept:
            batch = facts_record(
                indicator=stream.indicator, rows=kept, origin=origin, source=source, actor=None, now=now
            )
            receipt["new"] += batch.new
            receipt["replaced"] += batch.replaced
        receipt["recorded"] += len(rows)
    Source.objects.filter(pk=source.pk).update(
        last_success_at=now, last_error="", last_error_parts=None,
        failures=0, silence_told_at=None)  # fmt: skip
    return {**receipt, "errors": list(read.errors)}


def _not_overtaken(stream: Stream, origin: str, rows: list[Any], now: datetime) -> list[Any]:
    """Return the rows without those alerts that fire although they were told to be over a moment ago."""
    Indicator.objects.select_for_update().get(pk=stream.indicator.pk)
    over = Fact.objects.filter(
        indicator=stream.indicator, origin=origin, key__in=[row.key for row in rows if row.end is None],
        end__isnull=False, superseded_at__isnull=True, recorded_at__gt=now - OVERTAKEN,
    )  # fmt: skip
    known = set(over.values_list("key", flat=True))
    return [row for row in rows if row.end is not None or row.key not in known]


def _finder(source: Source) -> Any:
    """Return how an indicator is found by its name: of the organisation and the party that the source belongs to."""
    own = source.indicator
    rows = Indicator.objects.filter(
        service__organisation_id=own.service.organisation_id, measured_by=own.measured_by_id
    )  # fmt: skip

    def find(name: str) -> Indicator | None:
        service, _slash, slug = name.partition("/")
        return rows.filter(service__slug=service, slug=slug).select_related("service").first()

    return find


def _refused(source: Source, message: Message, status: int, answer: dict[str, Any], now: datetime) -> Answer:
    """Keep a refused message for the source's page, if there are not too many, and return the answer."""
    recent = source.deliveries.filter(status__gte=300, received_at__gt=now - timedelta(hours=1))
    if recent.count() < REFUSED_MOST:
        delivery = _delivery(source, message, Sender("", None), now)
        delivery.status, delivery.answer = status, answer
        _parts_keep(delivery)
        delivery.save()
    return Answer(status, answer)


def _parts_keep(delivery: PushDelivery) -> None:
    """Keep on a message's row how the first sentence of its answer is told in another language."""
    sentence = delivery.first_error
    delivery.error_parts = kept(sentence).parts if sentence else None


def _delivery(source: Source, message: Message, sender: Sender, now: datetime) -> PushDelivery:
    """Return the row of a message, not yet saved."""
    return PushDelivery(
        source=source, name=sender.id, signed_at=moment_of(sender.signed_at) if sender.signed_at is not None else None,
        received_at=now, sha256=hashlib.sha256(message.body).hexdigest(), size=len(message.body), status=202,
    )  # fmt: skip


def push_forget(*, now: datetime, keep: timedelta = timedelta(days=30)) -> int:
    """Forget messages that are so old that none of their names can come again; return how many."""
    return PushDelivery.objects.filter(received_at__lt=now - keep).delete()[0]
