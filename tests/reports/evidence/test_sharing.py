"""What the other side sees: only what was shared, frozen as it was, and on record for both."""

from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from agreements.errors import Refused
from agreements.models import Version
from agreements.services import version_edit, version_propose
from reports.models import SharedEvidence
from reports.services.evidence import evidence_digest, evidence_share, evidence_withdraw
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.audit.selectors import entries_visible
from slmo.notify.models import Delivery, Message
from slmo.notify.pipeline.letter import headline_write, letter_write
from slmo.notify.pipeline.route import messages_route
from slmo.notify.services import preferences_update
from tests.reports.evidence.test_backtest import URL, draft
from tests.reports.story import NOW, Story, browser_of, terms

__all__ = ["draft"]
HEADLINE = "2 of 5 closed periods would have missed the target."
PRIVATE = ("What others are promised", "What the level costs", "Payments clinic", "your side only")


@pytest.fixture
def proposed(draft: Version, story: Story) -> Version:
    """Return the draft on the table, where both sides see it."""
    return version_propose(version=draft, actor=story.manager, now=NOW)


def share(version: Version, story: Story, **more: Any) -> SharedEvidence:
    """Share the evidence as the service manager."""
    return evidence_share(version=version, objective="availability", actor=story.manager, now=NOW, **more)


def seen(story: Story) -> str:
    """Return what the customer sees."""
    response = browser_of(story.buyer).get(URL)
    assert response.status_code == 200
    return response.content.decode()


def test_the_customer_sees_what_was_shared_and_nothing_before_or_after(proposed: Version, story: Story) -> None:
    assert "Nothing is shared yet" in seen(story)
    shared = share(proposed, story)
    page = seen(story)
    assert HEADLINE in page
    assert "frozen as it was then" in page
    evidence_withdraw(shared=shared, actor=story.manager, now=NOW)
    gone = seen(story)
    assert HEADLINE not in gone
    assert "withdrawn" in gone


def test_nothing_that_is_the_providers_alone_reaches_the_customer(proposed: Version, story: Story) -> None:
    live = browser_of(story.analyst).get(URL).content.decode()
    assert all(text in live for text in PRIVATE)
    share(proposed, story, with_below=True)
    page = seen(story)
    assert not any(text in page for text in PRIVATE)
    assert "/services/" not in page


def test_shared_figures_stay_as_they_were_when_the_draft_changes(draft: Version, story: Story) -> None:
    shared = share(draft, story)
    document = {**draft.document, "spec": {**draft.document["spec"], "objectives": [terms(target=">= 90%")]}}
    edited = version_edit(
        version=draft, document=document, expected_changed_at=draft.changed_at, actor=story.manager, now=NOW
    )
    version_propose(version=edited, actor=story.manager, now=NOW)
    page = seen(story)
    assert HEADLINE in page
    assert "The draft has changed since." in page
    assert shared.digest == evidence_digest(shared.figures, shared.below)


def test_sharing_and_withdrawing_are_recorded_for_both_sides(proposed: Version, story: Story) -> None:
    first = share(proposed, story)
    second = share(proposed, story)
    first.refresh_from_db()
    assert first.withdrawn_at == NOW
    evidence_withdraw(shared=second, actor=story.manager, now=NOW)
    entries = Entry.objects.filter(subject_type="reports.sharedevidence").order_by("pk")
    assert [one.action for one in entries] == [
        "evidence_share", "evidence_withdraw", "evidence_share", "evidence_withdraw",
    ]  # fmt: skip
    parties = sorted([story.provider.pk, story.retail.pk])
    assert all(one.organisation_ids == parties for one in entries)
    with pytest.raises(Refused, match="withdrawn already"):
        evidence_withdraw(shared=second, actor=story.manager, now=NOW)


def test_the_other_sides_people_hear_of_it_once_in_their_language(proposed: Version, story: Story) -> None:
    preferences_update(user=story.buyer, choices={("evidence_shared", "email"): False})
    share(proposed, story)
    share(proposed, story)  # the same once more
    message = Message.objects.get(kind="evidence_shared")
    assert message.recipient_ids == [story.buyer.pk]
    assert message.url == "/agreements/payments-retail/versions/2/room/?clause=objective.availability"
    share(proposed, story, note="With the <night> of February.")
    first, second = Message.objects.filter(kind="evidence_shared").order_by("pk")
    assert "Northlight shares evidence on version 2" in headline_write(first, story.buyer)
    story.buyer.language = "ru"
    letter = letter_write(second, story.buyer)
    assert "«Northlight» открыла доказательства к редакции 2" in letter.subject
    assert "With the <night> of February." in letter.text
    assert "With the &lt;night&gt; of February." in letter.html
    messages_route(now=NOW)
    rows = Delivery.objects.filter(message__kind="evidence_shared")
    assert set(rows.values_list("user", "channel")) == {(story.buyer.pk, "inapp")}


def test_of_a_draft_that_is_not_proposed_the_other_side_hears_with_the_proposal(draft: Version, story: Story) -> None:
    evidence_withdraw(shared=share(draft, story), actor=story.manager, now=NOW)
    share(draft, story)
    assert not Message.objects.filter(kind="evidence_shared").exists()
    entries = Entry.objects.filter(subject_type="reports.sharedevidence")
    assert set(entries.values_list("action", flat=True)) == {"draft_evidence_share", "draft_evidence_withdraw"}
    assert entries_visible(story.manager).filter(pk__in=entries).count() == 3
    assert {tuple(one.organisation_ids) for one in entries} == {(story.provider.pk,)}
    version_propose(version=draft, actor=story.manager, now=NOW)
    assert HEADLINE in seen(story)


def test_the_room_gets_it_anew_only_where_something_else_is_shared(proposed: Version, story: Story) -> None:
    client, htmx = browser_of(story.buyer), {"HX-Request": "true"}
    assert client.get(URL, {"have": 0}, headers=htmx).status_code == 204
    first = share(proposed, story)
    fresh = client.get(URL, {"have": 0}, headers=htmx).content.decode()
    assert HEADLINE in fresh
    assert f'name="have" value="{first.pk}"' in fresh
    assert client.get(URL, {"have": first.pk}, headers=htmx).status_code == 204
    evidence_withdraw(shared=first, actor=story.manager, now=NOW)
    assert "Nothing is shared yet" in client.get(URL, {"have": first.pk}, headers=htmx).content.decode()


def test_only_who_may_negotiate_for_the_provider_shares(proposed: Version, story: Story) -> None:
    for person in (story.analyst, story.buyer, story.doctor):
        with pytest.raises(Denied):
            evidence_share(version=proposed, objective="availability", actor=person, now=NOW)
    shared = share(proposed, story)
    with pytest.raises(Denied):
        evidence_withdraw(shared=shared, actor=story.analyst, now=NOW)


@pytest.mark.parametrize("verb", ["share", "withdraw"])
@pytest.mark.usefixtures("proposed")
def test_the_addresses_answer_by_side(story: Story, verb: str) -> None:
    path = f"{URL}{verb}/"
    assert browser_of(story.doctor).post(path).status_code == 404
    assert browser_of(story.buyer).post(path).status_code == 403
    assert browser_of(story.analyst).post(path).status_code == 403
    assert browser_of(story.manager).get(path).status_code == 405
    expected = 302 if verb == "share" else 404  # nothing is shared that could be withdrawn
    assert browser_of(story.manager).post(path).status_code == expected


@pytest.mark.usefixtures("proposed")
def test_sharing_from_the_column_gives_the_column_anew(story: Story) -> None:
    client = browser_of(story.manager)
    column = client.post(f"{URL}share/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="evidence"' in column
    assert "<html" not in column
    assert "Shared by Manager" in column
    again = client.post(f"{URL}withdraw/", headers={"HX-Request": "true"}).content.decode()
    assert "Nothing of this." in again


def test_the_database_keeps_shared_evidence_as_it_was_shared(proposed: Version, story: Story) -> None:
    shared = share(proposed, story)
    for change in ({"figures": {}}, {"digest": "0" * 64}, {"note": "else"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            SharedEvidence.objects.filter(pk=shared.pk).update(**change)


@pytest.mark.usefixtures("proposed")
def test_the_queries_are_few(story: Story) -> None:
    client = browser_of(story.manager)
    client.get(URL)
    with CaptureQueriesContext(connection) as captured:
        client.get(URL)
    assert len(captured) <= 32
    assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in captured.captured_queries)
