"""What expires, is extended or ends: the list, its picture, and reminders of overdue turns."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.horizon import ahead_listed
from agreements.models import Negotiation
from agreements.services import agreement_create, version_propose
from agreements.services.reminder import STEPS, step_reached, turn_remind, turns_reached
from agreements.tasks import turns_remind
from slmo.accounts.models import User
from slmo.notify.models import Message
from slmo.notify.pipeline.letter import letter_write
from tests.agreements.table import NOW, TERMS, many, signed, text_of

TODAY = date(2026, 2, 3)  # the day of NOW


def agree(table: SimpleNamespace, slug: str, until: date | None, **spec: Any) -> None:
    """Sign an agreement from January on with its own end."""
    document = deepcopy(TERMS)
    document["spec"] |= spec
    if until is not None:
        document["spec"]["effective"] = {"from": "2026-01-01", "until": until.isoformat()}
    made = agreement_create(
        slug=slug, title=slug.title(), service=table.payments, provider=table.provider, customer=table.retail,
        timezone="UTC", document=document, actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())


@pytest.fixture
def ahead(table: SimpleNamespace) -> SimpleNamespace:
    """Return the table with agreements that expire, are extended, and are open."""
    agree(table, "soon", TODAY + timedelta(days=21))
    agree(table, "later", TODAY + timedelta(days=121))
    agree(table, "open", None)
    renewal = {"automatic": "12 months", "notice": "30d"}
    agree(table, "renews", TODAY + timedelta(days=61), renewal=renewal)
    agree(table, "renewed", date(2026, 1, 31), renewal={"automatic": "1 month", "notice": "10d"})
    return table


def test_each_agreement_tells_what_comes_next_and_until_when_one_can_act(ahead: SimpleNamespace) -> None:
    found = {one.agreement.slug: one for one in ahead_listed(ahead.manager, NOW, 180)}
    assert list(found) == ["soon", "renewed", "renews", "later"]
    assert (found["soon"].what, found["soon"].left, found["soon"].notice_by) == ("expires", 20, None)
    assert (found["renews"].what, found["renews"].left) == ("renews", 60)
    assert found["renews"].notice_by == TODAY + timedelta(days=31)
    assert (found["renewed"].last, found["renewed"].notice_by) == (date(2026, 2, 27), date(2026, 2, 18))
    assert [one.agreement.slug for one in ahead_listed(ahead.manager, NOW, 30)] == ["soon", "renewed"]
    assert all(one.provides for one in found.values())
    assert not any(one.provides for one in ahead_listed(ahead.carl, NOW, 180))
    assert not ahead_listed(ahead.bella, NOW, 180)


def test_an_end_that_later_terms_take_up_is_none(ahead: SimpleNamespace) -> None:
    from agreements.services import version_draft

    found = next(one for one in ahead_listed(ahead.manager, NOW, 30) if one.agreement.slug == "soon")
    until = TODAY + timedelta(days=21)
    signed(version_draft(agreement=found.agreement, effective_from=until, actor=None, now=NOW))
    assert "soon" not in [one.agreement.slug for one in ahead_listed(ahead.manager, NOW, 30)]


def test_the_list_asks_once_whatever_its_length(ahead: SimpleNamespace) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection, ) as found:  # fmt: skip
            ahead_listed(User.objects.get(pk=ahead.manager.pk), NOW, 365)
        return len(found)

    before = queries()
    many(ahead, 5)
    assert queries() == before <= 3


def test_the_page_filters_sorts_and_exports(ahead: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client, path = Client(), reverse("horizon")
    client.force_login(ahead.manager)
    shown = text_of(client.get(path, {"days": "180"}))
    assert "hz-notice" in shown
    for title in ("Soon", "Later", "Renews"):
        assert title in shown
    assert "Later" not in text_of(client.get(path, {"days": "90"}))
    assert "Soon" not in text_of(client.get(path, {"days": "180", "what": "renews"}))
    assert "Soon" not in text_of(client.get(path, {"side": "receives"}))
    export = client.get(path, {"days": "180", "sort": "-last", "export": "csv"}).content.decode()
    assert export.index("Later") < export.index("Soon")
    client.force_login(ahead.bella)
    assert "Nothing ends in this span" in text_of(client.get(path, {"days": "x", "sort": "nothing"}))


@pytest.fixture
def waiting(table: SimpleNamespace) -> SimpleNamespace:
    """Return the table with a proposal that waits for the customer."""
    version_propose(version=table.draft, actor=table.manager, now=NOW)
    table.negotiation = Negotiation.objects.get()
    return table


def told(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("id"))


def at(table: SimpleNamespace, after: timedelta) -> datetime:
    return table.negotiation.turn_until + after  # type: ignore[no-any-return]


def test_a_step_is_reached_when_its_time_has_come() -> None:
    until = NOW
    assert step_reached(until, until - timedelta(days=3)) is None
    places = [step_reached(until, until + step.after) for step in STEPS]
    assert places == list(range(len(STEPS)))


def test_each_step_is_told_once_to_the_side_whose_turn_it_is(waiting: SimpleNamespace) -> None:
    pk = waiting.negotiation.pk
    assert not turns_reached(at(waiting, timedelta(days=-3)))
    for step in STEPS:
        now = at(waiting, step.after)
        assert turns_reached(now) == [pk]
        assert turn_remind(negotiation_id=pk, now=now)
        assert not turn_remind(negotiation_id=pk, now=now + timedelta(hours=1))
    assert len(told("turn_due")) == len(told("turn_escalated")) == 1
    assert len(told("turn_overdue")) == 2
    assert told("turn_due")[0].recipient_ids == [waiting.carl.pk]
    escalated = set(told("turn_escalated")[0].recipient_ids)
    assert escalated == {waiting.carl.pk, waiting.manager.pk, waiting.head.pk}


def test_an_escalation_reaches_those_above_the_negotiators(waiting: SimpleNamespace) -> None:
    Negotiation.objects.update(turn="provider")
    turn_remind(negotiation_id=waiting.negotiation.pk, now=at(waiting, timedelta(days=8)))
    assert waiting.head.pk in told("turn_escalated")[0].recipient_ids
    assert not told("turn_overdue")  # what was missed is not made up for


def test_what_moved_on_is_not_told(waiting: SimpleNamespace) -> None:
    late = at(waiting, timedelta(days=1))
    turn_remind(negotiation_id=waiting.negotiation.pk, now=late)
    Negotiation.objects.update(turn_since=late, turn_until=late + timedelta(days=7))
    assert not turns_reached(late)
    assert turn_remind(negotiation_id=waiting.negotiation.pk, now=late + timedelta(days=7))
    Negotiation.objects.update(closed_at=late)
    assert not turn_remind(negotiation_id=waiting.negotiation.pk, now=late + timedelta(days=30))
    assert turns_remind() == 0
    assert len(told("turn_overdue")) == 2


def test_the_letter_is_in_the_readers_language_and_zone(waiting: SimpleNamespace) -> None:
    User.objects.filter(pk=waiting.carl.pk).update(language="ru", timezone="Asia/Tokyo")
    turn_remind(negotiation_id=waiting.negotiation.pk, now=at(waiting, timedelta(0)))
    letter = letter_write(told("turn_overdue")[0], User.objects.get(pk=waiting.carl.pk))
    assert "Payments for Retail" in letter.subject
    assert "просрочен" in letter.subject
    assert "Asia/Tokyo" in letter.text
