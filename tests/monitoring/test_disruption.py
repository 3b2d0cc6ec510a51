"""Planned disruptions: announced to every customer they reach, negotiated, and left out of the figures once agreed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agreements.errors import Refused
from monitoring.disruptions import disruptions_visible, notice_short
from monitoring.models import Announcement, Disruption, DisruptionState
from monitoring.services import disruption as verbs
from monitoring.services.disruption import Span
from slmo.accounts.errors import Denied
from slmo.accounts.services.identity import Proof
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.reports.story import NOW, Story, assess, fact, record
from tests.support.people import person

SATURDAY = Span(datetime(2026, 6, 20, 8, tzinfo=UTC), datetime(2026, 6, 20, 10, tzinfo=UTC))
SUNDAY = Span(datetime(2026, 6, 21, 1, tzinfo=UTC), datetime(2026, 6, 21, 3, tzinfo=UTC))
AFTER = datetime(2026, 6, 25, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def announced(story: Story, *windows: Span, **changed: Any) -> Announcement:
    given: dict[str, Any] = {
        "organisation": story.provider, "services": [story.indicator.service], "windows": windows or [SATURDAY],
        "title": "New database", "reason": "The old one is full.", "actor": story.manager, "now": NOW,
    }  # fmt: skip
    return verbs.disruption_announce(**(given | changed))


@pytest.fixture(autouse=True)
def passwords(story: Story) -> None:
    for user in (story.manager, story.buyer):
        user.set_password(PASSWORD)
        user.save()


def retails(story: Story) -> Disruption:
    return Disruption.objects.get(agreement=story.retail_sla)


def consent(story: Story, **changed: Any) -> Disruption:
    found = retails(story)
    given: dict[str, Any] = {
        "disruption": found, "side": found.turn, "shown": [Span(one.start, one.end) for one in found.windows],
        "actor": story.buyer, "now": NOW,
    }  # fmt: skip
    return verbs.disruption_consent(**(given | changed))


def test_every_customer_whom_it_reaches_is_asked(story: Story) -> None:
    made = announced(story)
    assert {one.agreement for one in made.disruptions.all()} == {story.retail_sla, story.clinic_sla}
    told = Message.objects.filter(kind="disruption_asked")
    assert {one.context["agreement"] for one in told} == {story.retail_sla.title, story.clinic_sla.title}
    assert Entry.objects.filter(action="disruption_announce").count() == 2


def test_a_suppliers_disruption_reaches_whoever_has_a_contract_with_it(story: Story) -> None:
    supplied = announced(story, organisation=story.supplier, services=[story.contract.service])
    assert [one.agreement for one in supplied.disruptions.all()] == [story.contract]


def test_agreed_time_does_not_count_and_other_customers_figures_are_untouched(story: Story) -> None:
    announced(story)
    found = consent(story)
    assert (found.state, found.decided_by) == (DisruptionState.AGREED, story.buyer)
    (exclusion,) = found.exclusions.all()
    assert (exclusion.kind, exclusion.state) == ("disruption", "approved")
    assert (exclusion.proposed_by, exclusion.decided_by) == (story.manager, story.buyer)
    record(story.indicator, fact("2026-06-20 08:00", "2026-06-20 10:00", 3), now=AFTER)  # down as planned
    for agreement in (story.retail_sla, story.clinic_sla):
        assess(agreement, now=AFTER)
    assert story.result(6).seconds["excluded"] == 7200
    assert story.result(6).seconds["down"] == 0
    assert story.clinic_sla.exclusions.count() == 0


def test_a_customer_counters_and_the_provider_agrees_to_the_other_time(story: Story) -> None:
    announced(story)
    with pytest.raises(Refused):  # it is not the provider's turn
        verbs.disruption_counter(
            disruption=retails(story), side="provider", windows=[SUNDAY], actor=story.manager, now=NOW
        )
    verbs.disruption_counter(
        disruption=retails(story), side="customer", windows=[SUNDAY], word="At night.", actor=story.buyer, now=NOW
    )
    assert retails(story).turn == "provider"
    head = person("heidi", story.provider, 6)
    with pytest.raises(Refused, match="times have changed"):
        consent(story, shown=[SATURDAY], actor=head)
    found = consent(story, actor=head)
    (exclusion,) = found.exclusions.all()
    assert (exclusion.start, exclusion.end) == SUNDAY
    assert (exclusion.proposed_by, exclusion.decided_by) == (story.buyer, head)
    assert [one.act for one in found.moves.all()] == ["ask", "counter", "consent"]


def test_who_declines_says_why_and_the_time_counts(story: Story) -> None:
    announced(story)
    given: dict[str, Any] = {"disruption": retails(story), "side": "customer", "actor": story.buyer, "now": NOW}
    with pytest.raises(ValidationError):
        verbs.disruption_decline(word=" ", **given)
    assert verbs.disruption_decline(word="Our busiest day.", **given).state == "declined"
    with pytest.raises(Refused):
        consent(story)
    assert story.retail_sla.exclusions.count() == 0


def test_what_is_called_off_before_it_begins_counts_again_and_not_later(story: Story) -> None:
    announced(story)
    consent(story)
    with pytest.raises(Refused):
        verbs.disruption_call_off(disruption=retails(story), actor=story.manager, now=SATURDAY.start)
    assert retails(story).state == "agreed"
    verbs.disruption_call_off(disruption=retails(story), actor=story.manager, now=NOW)
    assert retails(story).exclusions.get().state == "revoked"


def test_nobody_answers_for_the_other_side_or_without_the_right(story: Story) -> None:
    announced(story)
    for actor in (story.manager, story.doctor, story.analyst):
        with pytest.raises(Denied):
            consent(story, actor=actor)
    for actor in (story.buyer, story.analyst):
        with pytest.raises(Denied):
            announced(story, actor=actor)
    with pytest.raises(ValidationError) as refused:
        consent(story, proof=Proof("wrong"))
    assert "password" in refused.value.error_dict
    assert consent(story, proof=Proof(PASSWORD)).state == "agreed"


@pytest.mark.parametrize(
    "windows",
    [
        [],
        [Span(NOW - timedelta(hours=1), NOW)],
        [Span(SATURDAY.end, SATURDAY.start)],
        [SATURDAY, Span(SATURDAY.start + timedelta(hours=1), SATURDAY.end + timedelta(hours=1))],
        [Span(SATURDAY.start, SATURDAY.start + timedelta(days=32))],
    ],
)
def test_times_that_cannot_be_planned_are_refused(story: Story, windows: list[Span]) -> None:
    with pytest.raises(ValidationError) as refused:
        announced(story, windows=windows)
    assert "windows" in refused.value.error_dict
    assert not Announcement.objects.exists()


def test_a_short_notice_is_said_where_the_agreement_asks_for_a_longer_one(story: Story) -> None:
    announced(story)
    found = retails(story)
    assert notice_short(found) == ""
    version = story.retail_sla.versions.get()
    document = {**version.document, "spec": {**version.document["spec"], "disruptions": {"notice": "7d"}}}
    made = story.retail_sla.versions.create(
        number=2, state="signed", document=document, digest="x", effective_from="2026-06-01", drafted_at=NOW,
        changed_at=NOW,
    )  # fmt: skip
    assert made.pk
    assert notice_short(found).replace("\N{NO-BREAK SPACE}", " ") == (
        "Proposed 4 days ahead; the agreement asks for 7 days."
    )


def test_both_parties_see_it_and_nobody_else(story: Story) -> None:
    announced(story)
    assert [one.agreement for one in disruptions_visible(story.doctor)] == [story.clinic_sla]
    assert disruptions_visible(story.manager).count() == 2


# -- pages


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_take_a_disruption_from_the_announcement_to_consent(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    manager, buyer = client_of(story.manager), client_of(story.buyer)
    url, service = reverse("disruption_new"), story.indicator.service
    typed = {
        "title": "New database", "reason": "Full.", "services": [service.pk], "start_0": "2026-06-20T08:00",
        "end_0": "2026-06-20T10:00", "start_1": "2026-06-21T08:00", "end_1": "",
    }  # fmt: skip
    reach = manager.post(url, {**typed, "preview": "1"}).content.decode()
    assert story.retail.name in reach
    assert manager.post(url, typed).status_code == 422  # half a row
    assert manager.post(url, {**typed, "start_1": ""}).status_code == 302
    found = retails(story)
    at_table = reverse("disruption", args=[story.retail_sla.slug, found.pk])
    shown = buyer.get(at_table)
    assert "It is your move." in shown.content.decode()
    assert "It is your move." not in manager.get(at_table).content.decode()
    assert client_of(story.doctor).get(at_table).status_code == 404

    def step(verb: str) -> str:
        return reverse("disruption_step", args=[story.retail_sla.slug, found.pk, verb])

    hidden = {"shown": shown.context["consent"].initial["shown"]}
    assert buyer.post(step("decline"), {"word": ""}).status_code == 422
    assert buyer.post(step("counter"), {"start_0": "2026-06-21T03:00", "end_0": "2026-06-21T01:00"}).status_code == 422
    assert buyer.post(step("consent"), {**hidden, "password": "wrong"}).status_code == 422
    assert manager.post(step("consent"), {**hidden, "password": PASSWORD}).status_code == 403
    assert buyer.post(step("consent"), {**hidden, "password": PASSWORD}).status_code == 302
    assert retails(story).state == "agreed"
    assert buyer.post(step("nonsense")).status_code == 404
    listed = manager.get(reverse("disruptions"), {"state": "agreed"}).content.decode()
    assert "New database" in listed
    assert story.clinic_sla.title not in listed
    fragment = buyer.get(reverse("agreement_disruptions", args=[story.retail_sla.slug]), headers={"HX-Request": "true"})
    assert "New database" in fragment.content.decode()
    assert manager.get(reverse("disruptions"), {"format": "csv"}).status_code == 200


def test_a_list_costs_the_same_whatever_its_length(story: Story, django_assert_max_num_queries: Any) -> None:
    manager = client_of(story.manager)
    for number in range(4):
        announced(story, title=f"Change {number}")
    manager.get(reverse("disruptions"))
    with django_assert_max_num_queries(14):
        manager.get(reverse("disruptions"))
