"""From the outbox to people."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils.translation import gettext_lazy

from slmo.accounts.models import User
from slmo.notify.channels import CHANNELS
from slmo.notify.kinds import KINDS
from slmo.notify.models import Delivery, Message
from slmo.notify.pipeline.deliver import BACK_OFF, deliveries_send
from slmo.notify.pipeline.letter import letter_write
from slmo.notify.pipeline.route import messages_route
from slmo.notify.selectors import muted_until, news_of, news_write, unread_count
from slmo.notify.services import message_enqueue, mute_end, mute_set, news_mark_read, preferences_update
from tests.support.people import NOW, person

pytestmark = pytest.mark.django_db
SAMPLES = {
    "requirement": "Tills",
    "service": "Mail",
    "agreement": "Mail for Baltic",
    "objective": "availability",
    "target": ">= 99.9 %",
    "achieved": "99.87 %",
    "person": "Ann <b>",
    "organisation": "North & Co",
    "version": "2",
    "answers": "1",
    "source": "Probe",
    "report": "March 2026",
    "opened_at": NOW,
    "acknowledged_at": NOW,
    "closed_at": NOW,
    "last_at": NOW,
    "effective_from": date(2026, 4, 1),
    "due_on": date(2026, 4, 1),
    "month": date(2026, 3, 1),
    "what": "exclusion",
    "state": "approved",
    "reason": "Agreed by telephone",
    "from_at": NOW,
    "until_at": NOW,
    "period": date(2026, 3, 1),
    "old": "99.87 %",
    "new": "99.91 %",
    "text": "Two hours are too long.",
    "provider": "99.95 %",
    "customer": "99.86 %",
    "ruling": "customer",
    "number": 1,
}


def enqueue(*recipients: User, kind: str = "breach_opened", key: str = "breach:1:opened") -> Message:
    return message_enqueue(
        kind=kind,
        recipients=recipients,
        context={name: SAMPLES[name] for name in KINDS[kind].keys},
        subject_type="monitoring.breach",
        subject_id=1,
        url="/operations/breaches/1/",
        dedupe_key=key,
        now=NOW,
    )


def drain(now: object = NOW) -> int:
    messages_route(now=now)  # type: ignore[arg-type]
    return deliveries_send(now=now)  # type: ignore[arg-type]


def statuses(user: User) -> dict[str, str]:
    return dict(Delivery.objects.filter(user=user).values_list("channel", "status"))


def test_news_reaches_the_bell_and_the_mail_box_once() -> None:
    ann = person("ann")
    enqueue(ann)
    assert drain() == 2
    assert statuses(ann) == {"inapp": "sent", "email": "sent"}
    assert [letter.to for letter in mail.outbox] == [["ann@example.org"]]
    assert drain() == 0
    assert len(mail.outbox) == 1


def test_the_same_event_enqueued_again_is_the_same_message() -> None:
    ann = person("ann")
    assert enqueue(ann) == enqueue(ann)
    drain()
    assert enqueue(ann).routed_at is not None
    drain()
    assert len(mail.outbox) == 1


def test_a_message_routed_twice_leaves_one_delivery_for_each_channel() -> None:
    ann = person("ann")
    message = enqueue(ann)
    drain()
    Message.objects.filter(pk=message.pk).update(routed_at=None)
    drain()
    assert Delivery.objects.count() == 2
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_can_be_written_in_every_language(kind: str, language: str) -> None:
    ann = person("ann", language=language, timezone="Asia/Kolkata")
    letter = letter_write(enqueue(ann, kind=kind), ann)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "{{" not in letter.text + letter.html
    assert "/operations/breaches/1/" in letter.text
    assert "/operations/breaches/1/" in letter.html
    assert "Ann <b>" not in letter.html
    assert "&amp;" not in letter.text + letter.subject


@pytest.mark.parametrize("kind", KINDS)
def test_a_context_that_lacks_a_name_is_refused_at_once(kind: str) -> None:
    with pytest.raises(ValueError, match="lacks"):
        message_enqueue(
            kind=kind, recipients=[], context={}, subject_type="x", subject_id=1, url="/", dedupe_key="k", now=NOW
        )


def test_a_kind_that_the_table_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError):
        message_enqueue(
            kind="party", recipients=[], context={}, subject_type="x", subject_id=1, url="/", dedupe_key="k", now=NOW
        )


def test_a_translated_text_in_a_context_is_refused() -> None:
    context = {name: SAMPLES[name] for name in KINDS["review_due"].keys} | {"agreement": gettext_lazy("Level")}
    with pytest.raises(TypeError, match="translated"):
        message_enqueue(
            kind="review_due",
            recipients=[],
            context=context,
            subject_type="x",
            subject_id=1,
            url="/",
            dedupe_key="k",
            now=NOW,
        )


def test_times_are_told_in_the_recipients_zone() -> None:
    delhi, hawaii = person("delhi", timezone="Asia/Kolkata"), person("hawaii", timezone="Pacific/Honolulu")
    message = enqueue(delhi, hawaii)
    assert "2 Mar 2026, 14:30" in letter_write(message, delhi).text
    assert "1 Mar 2026, 23:00" in letter_write(message, hawaii).text


def test_dates_are_told_in_the_recipients_language() -> None:
    ivan = person("ivan", language="ru")
    assert "1 апреля 2026" in letter_write(enqueue(ivan, kind="review_due"), ivan).text


def test_a_channel_that_a_person_turned_off_stays_silent_for_that_kind_only() -> None:
    ann = person("ann")
    preferences_update(user=ann, choices={("breach_opened", "email"): False, ("breach_opened", "inapp"): True})
    enqueue(ann)
    enqueue(ann, kind="review_due", key="review:1:due")
    drain()
    assert [letter.subject for letter in mail.outbox] == ["Review of Mail for Baltic is due on April 1, 2026"]
    assert news_of(ann).count() == 2


def test_a_muted_subject_stays_in_the_bell_but_sends_no_mail_until_the_mute_ends() -> None:
    ann, bob = person("ann"), person("bob")
    mute_set(user=ann, subject_type="monitoring.breach", subject_id=1, until=NOW + timedelta(hours=1))
    enqueue(ann, bob)
    drain()
    assert statuses(ann) == {"inapp": "sent", "email": "muted"}
    assert statuses(bob) == {"inapp": "sent", "email": "sent"}
    assert muted_until(ann, "monitoring.breach", 1, NOW) == NOW + timedelta(hours=1)
    enqueue(ann, key="breach:1:later")
    drain(NOW + timedelta(hours=1))
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"], ["ann@example.org"]]


def test_a_mute_can_be_ended_early() -> None:
    ann = person("ann")
    mute_set(user=ann, subject_type="monitoring.breach", subject_id=1, until=NOW + timedelta(hours=1))
    mute_end(user=ann, subject_type="monitoring.breach", subject_id=1)
    enqueue(ann)
    drain()
    assert len(mail.outbox) == 1


def test_inactive_people_hear_nothing() -> None:
    ann = person("ann")
    User.objects.filter(pk=ann.pk).update(is_active=False)
    enqueue(ann)
    assert drain() == 0


def test_a_mail_server_that_is_away_is_tried_again_later_and_given_up_in_the_end(settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    ann = person("ann")
    enqueue(ann)
    now = NOW
    for turn, wait in enumerate(BACK_OFF, start=1):
        drain(now)
        delivery = Delivery.objects.get(user=ann, channel="email")
        assert (delivery.status, delivery.tries, delivery.due_at) == ("waiting", turn, now + wait)
        assert "refused" in delivery.last_error
        assert drain(now) == 0
        now = delivery.due_at
    drain(now)
    assert statuses(ann) == {"inapp": "sent", "email": "failed"}


def test_a_letter_that_cannot_be_written_does_not_stop_the_next(settings: object) -> None:
    ann = person("ann")
    broken = enqueue(ann)
    Message.objects.filter(pk=broken.pk).update(kind="review_due", context={"due_on": {"date": "no date"}})
    enqueue(ann, key="breach:2:opened")
    drain()
    assert len(mail.outbox) == 1
    assert "ValueError" in Delivery.objects.get(message=broken, channel="email").last_error


def test_the_bell_is_written_for_its_reader_and_can_be_read() -> None:
    ann, bob = person("ann"), person("bob")
    enqueue(ann, bob)
    drain()
    (line,) = news_write(ann, news_of(ann))
    assert (line.headline, line.unread) == ("Breach: availability of Mail for Baltic", True)
    assert news_mark_read(user=ann, ids=[news_of(bob).get().pk], now=NOW) == 0
    assert news_mark_read(user=ann, now=NOW) == 1
    assert (unread_count(ann), unread_count(bob)) == (0, 1)


def test_routing_costs_the_same_for_one_recipient_and_for_many(django_assert_max_num_queries: object) -> None:
    people = [person(f"p{number}") for number in range(20)]
    enqueue(*people)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        messages_route(now=NOW)
    assert Delivery.objects.count() == 40


def test_every_channel_has_a_name_and_a_label() -> None:
    assert all(name == channel.name and str(channel.label) for name, channel in CHANNELS.items())
