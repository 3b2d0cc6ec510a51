"""The life of an agreement after it is signed: extended, renewed, ended; what is derived agrees with the engine."""

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agreements.errors import DocumentRefused, Refused
from agreements.listed import agreements_listed
from agreements.models import Agreement, Version
from agreements.reading.life import life_of
from agreements.reading.rail import rail_of
from agreements.ruling import version_in_force
from agreements.selectors import terms_of, versions_along
from agreements.services import (
    agreement_create,
    agreement_end,
    agreement_end_propose,
    agreement_end_recorded,
    agreement_renew,
    version_draft,
    version_edit,
    version_propose,
)
from slmo.accounts.errors import Denied
from slmo.accounts.services.identity import Proof
from slmo.core.facts import States
from slmo.core.partition import partition
from slmo.core.periods import day_start
from slmo.core.units import Window
from slmo.notify.models import Message
from tests.agreements.table import NOW, PASSWORD, SLUG, TERMS, contract, signed, table_make, text_of
from tests.support.worlds import kept

TODAY = NOW.date()  # 3 February 2026
CONDITIONS: dict[str, Any] = {
    "renewal": {"automatic": "12 months", "notice": "90d"},
    "termination": {"notice": "30d", "by": "customer", "grounds": ["insolvency"]},
    "amendment": {"notice": "14d", "by": "provider"},
}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def desk_make() -> SimpleNamespace:
    """Return the table with an agreement in force for the year 2026, which is extended by itself."""
    table = table_make()
    document = copy.deepcopy(TERMS)
    document["spec"] |= {"effective": {"from": "2026-01-01", "until": "2027-01-01"}, **copy.deepcopy(CONDITIONS)}
    version_edit(version=table.draft, document=document, expected_changed_at=None, actor=None, now=NOW)
    signed(table.draft)
    return table


@pytest.fixture(scope="module")
def desk_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with kept(desk_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def desk(desk_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    return copy.deepcopy(desk_kept)


def give(desk: SimpleNamespace, ends_on: date, **changed: Any) -> Version:
    given = {"agreement": desk.agreement, "side": "customer", "actor": desk.carl, "now": NOW, **changed}
    return agreement_end(ends_on=ends_on, **given)


def listed(desk: SimpleNamespace, day: date) -> Any:
    return agreements_listed(desk.manager, noon(day)).get(pk=desk.agreement.pk)


def standing(desk: SimpleNamespace, day: date) -> str:
    return str(listed(desk, day).standing)


def engine_in_force(desk: SimpleNamespace, day: date) -> bool:
    """Tell whether the engine lets the noon of a day count."""
    terms = terms_of(Agreement.objects.get(pk=desk.agreement.pk))
    at = int(noon(day).timestamp())
    facts = States.from_rows([(at - 9, None, "up", "", 0, True)])
    found = partition(terms, "availability", facts, Window(at, at + 1), at + 1)
    return not any(count for one, count in found.seconds().items() if one.value == "out_of_term")


def agree(desk: SimpleNamespace, day: date) -> None:
    """Hold the register, the rail and the ruling version against the engine."""
    judged = engine_in_force(desk, day)
    agreement = Agreement.objects.get(pk=desk.agreement.pk)
    rail = rail_of(list(versions_along(desk.manager, agreement)), day)
    assert (standing(desk, day) == "in_force") == judged
    assert (version_in_force(agreement, day) is not None) == judged
    assert any(stop.now for stop in rail) == judged


def test_a_term_is_extended_by_itself_and_everything_says_so(desk: SimpleNamespace) -> None:
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1), date(2029, 6, 1)):
        agree(desk, day)
    row = listed(desk, date(2029, 6, 1))
    assert (row.standing, row.term_until, row.force_until) == ("in_force", date(2027, 1, 1), None)
    versions = list(versions_along(desk.manager, desk.agreement))
    (stop,) = rail_of(versions, date(2029, 6, 1))
    assert (stop.renewals, stop.now) == (3, True)
    life = life_of(desk.agreement, versions, date(2029, 6, 1))
    assert (life.renews_on, life.notice_by) == (date(2030, 1, 1), date(2029, 10, 3))
    assert life_of(desk.agreement, versions, date(2029, 12, 1)).notice_by is None


def test_a_customers_notice_ends_it_and_facts_after_it_are_out_of_term(desk: SimpleNamespace) -> None:
    ends = TODAY + timedelta(days=30)
    version = give(desk, ends, ground="we move house")
    assert version.negotiation.closed_at == NOW
    assert (version.state, version.is_ending, version.signatures.get().side) == ("signed", True, "customer")
    assert version.document["spec"]["ended"] == {
        "by": "customer", "notified": "2026-02-03", "ground": "we move house",
    }  # fmt: skip
    for day in (TODAY, ends - timedelta(days=1), ends, date(2027, 6, 1)):
        agree(desk, day)
    assert standing(desk, ends) == "terminated"
    assert listed(desk, TODAY).force_until == ends
    zone = desk.agreement.timezone
    term = terms_of(Agreement.objects.get(pk=desk.agreement.pk)).versions[0]
    assert term.effective_until == day_start(zone, ends)
    told = Message.objects.get(kind="agreement_ended")
    assert told.context["organisation"] == "Retail"


@pytest.mark.parametrize(
    ("ends_on", "changed", "at"),
    [
        (TODAY + timedelta(days=29), {}, "ends_on"),  # its notice is thirty days
        (TODAY, {}, "ends_on"),
        (TODAY, {"ground": "insolvency"}, "ends_on"),  # a notice does not work backwards
        (date(2026, 6, 1), {"side": "provider", "actor": None}, "ends_on"),  # only at the end of a term
        (date(2026, 12, 31), {"side": "provider", "actor": None}, "ends_on"),
        (date(2026, 6, 1), {"proof": Proof("wrong")}, "password"),
    ],
)
def test_notice_that_the_terms_do_not_allow_is_refused(
    desk: SimpleNamespace, ends_on: date, changed: dict[str, Any], at: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        give(desk, ends_on, **changed)
    assert at in refused.value.error_dict
    assert not desk.agreement.versions.filter(document__spec__has_key="ended").exists()


def test_an_agreed_ground_ends_it_on_the_next_day(desk: SimpleNamespace) -> None:
    assert give(desk, TODAY + timedelta(days=1), ground="insolvency", proof=Proof(PASSWORD)).state == "signed"


def test_the_provider_can_stop_the_extension_in_time_and_not_after(desk: SimpleNamespace) -> None:
    end = date(2027, 1, 1)
    with pytest.raises(ValidationError):
        give(desk, end, side="provider", actor=desk.manager, now=noon(date(2026, 10, 4)))
    give(desk, end, side="provider", actor=desk.manager, now=noon(date(2026, 10, 3)))
    agree(desk, date(2026, 12, 31))
    agree(desk, end)


def test_nobody_gives_notice_for_the_other_side_or_below_the_level(desk: SimpleNamespace) -> None:
    for actor in (desk.manager, desk.analyst, desk.bella):
        with pytest.raises(Denied):
            give(desk, date(2026, 6, 1), actor=actor)


def test_both_sides_together_end_it_on_any_day(desk: SimpleNamespace) -> None:
    with pytest.raises(Denied):
        agreement_end_propose(agreement=desk.agreement, ends_on=date(2026, 3, 1), actor=desk.watcher, now=NOW)
    draft = agreement_end_propose(
        agreement=desk.agreement, ends_on=date(2026, 2, 4), ground="merged", actor=desk.manager, now=NOW
    )
    assert draft.state == "draft"
    agree(desk, date(2026, 2, 4))
    signed(draft)
    agree(desk, date(2026, 2, 4))
    assert standing(desk, date(2026, 2, 4)) == "terminated"


def test_an_amendment_before_the_end_is_possible_and_one_after_it_is_not(desk: SimpleNamespace) -> None:
    give(desk, date(2026, 6, 1))
    kwargs: dict[str, Any] = {"agreement": desk.agreement, "actor": desk.manager, "now": NOW}
    with pytest.raises(DocumentRefused, match="before the end of the agreement"):
        version_draft(effective_from=date(2026, 6, 2), **kwargs)
    between = signed(version_draft(effective_from=date(2026, 5, 1), **kwargs))
    assert version_in_force(desk.agreement, date(2026, 5, 31)) == between
    agree(desk, date(2026, 6, 1))
    with pytest.raises(DocumentRefused):
        give(desk, date(2026, 7, 1), now=noon(date(2026, 5, 2)))  # it has an end already


def test_a_negotiated_renewal_is_a_version_of_the_same_length(desk: SimpleNamespace) -> None:
    draft = agreement_renew(agreement=desk.agreement, actor=desk.manager, now=NOW)
    assert draft.document["spec"]["effective"] == {"from": "2027-01-01", "until": "2028-01-01"}
    later = agreement_renew(agreement=desk.agreement, actor=desk.manager, now=noon(date(2028, 5, 5)))
    assert later.document["spec"]["effective"] == {"from": "2029-01-01", "until": "2030-01-01"}
    signed(draft)
    assert version_in_force(desk.agreement, date(2027, 1, 1)) == draft
    states = [stop.standing for stop in rail_of(list(versions_along(desk.manager, desk.agreement)), date(2027, 2, 1))]
    assert states == ["superseded", "in_force", "draft"]


def test_an_open_term_is_not_renewed(desk: SimpleNamespace) -> None:
    made = contract(desk)
    signed(made.versions.get())
    with pytest.raises(Refused):
        agreement_renew(agreement=made, actor=None, now=NOW)


def test_notice_of_a_supplier_without_people_here_is_recorded(desk: SimpleNamespace) -> None:
    document = copy.deepcopy(TERMS)
    document["spec"]["termination"] = {"notice": "60d"}
    made = agreement_create(
        slug="uc", title="Contract", type="UC", service=desk.compute, provider=desk.supplier, customer=desk.provider,
        timezone="UTC", document=document, actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())
    given: dict[str, Any] = {
        "agreement": made, "side": "provider", "notified": date(2026, 1, 20), "signer_name": "Sam",
        "evidence": "letter 7", "actor": desk.manager, "now": NOW,
    }  # fmt: skip
    with pytest.raises(ValidationError) as early:
        agreement_end_recorded(ends_on=date(2026, 3, 20), **given)
    assert "ends_on" in early.value.error_dict
    version = agreement_end_recorded(ends_on=date(2026, 3, 21), **given)
    assert version.signatures.get().evidence == "letter 7"
    with pytest.raises(Refused):  # the other side has people here
        agreement_end_recorded(ends_on=date(2026, 3, 21), **{**given, "agreement": desk.agreement})


def test_only_the_side_that_the_terms_name_proposes_changes(desk: SimpleNamespace) -> None:
    draft = version_draft(agreement=desk.agreement, effective_from=date(2026, 5, 1), actor=desk.carl, now=NOW)
    with pytest.raises(Refused, match="only Provider may propose"):
        version_propose(version=draft, actor=desk.carl, now=NOW)


# -- pages


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def today_is(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    return set_to


def test_the_pages_of_an_end_say_what_is_possible_and_do_it(desk: SimpleNamespace, today_is: Any) -> None:
    today_is(NOW)
    carl, url = client_of(desk.carl), reverse("agreement_end", args=[SLUG])
    said = text_of(carl.get(url))
    assert "Only the customer may end the agreement, by notice of 30 days." in said
    assert "5 Mar 2026 at the earliest" in said
    early = {"way": "notice", "ends_on": "2026-02-20", "ground": "x", "password": PASSWORD}
    answer = carl.post(url, early)
    assert answer.status_code == 422
    assert "5 Mar 2026" in str(answer.context["form"].errors["ends_on"])
    assert carl.post(url, {**early, "password": ""}).status_code == 422
    assert carl.post(url, {**early, "ends_on": "2026-03-04"}).status_code == 302
    shown = text_of(carl.get(reverse("agreement", args=[SLUG])))
    assert "The agreement ends with 4 Mar 2026." in shown
    version = text_of(carl.get(reverse("version", args=[SLUG, 2])))
    assert "The customer ends the agreement by notice of 3 Feb 2026." in version
    register = text_of(carl.get(reverse("agreements"), {"state": "ending"}))
    assert "4 Mar 2026" in register
    today_is(noon(date(2026, 3, 6)))
    carl = client_of(desk.carl)
    assert "Terminated" in text_of(carl.get(reverse("agreements"), {"state": "terminated"}))
    assert "The agreement ended with 4 Mar 2026." in text_of(carl.get(reverse("agreement", args=[SLUG])))


def test_the_pages_of_renewal_and_of_an_end_together_open_drafts(desk: SimpleNamespace, today_is: Any) -> None:
    today_is(NOW)
    manager = client_of(desk.manager)
    renewal = manager.get(reverse("agreement_renew", args=[SLUG]))
    assert renewal.context["form"].initial["last_day"] == date(2027, 12, 31)
    answer = manager.post(reverse("agreement_renew", args=[SLUG]), {"last_day": "2027-06-30", "note": ""})
    assert answer.url == reverse("room", args=[SLUG, 2])
    together = {"way": "together", "ends_on": "2026-05-31", "ground": "merged"}
    assert manager.post(reverse("agreement_end", args=[SLUG]), together).url == reverse("version", args=[SLUG, 3])
    assert manager.get(reverse("version_edit", args=[SLUG, 3])).status_code != 200
    assert "Extended by itself on" in text_of(manager.get(reverse("agreement", args=[SLUG])))


def test_who_may_not_end_an_agreement_is_told_so(desk: SimpleNamespace) -> None:
    for name in ("agreement_end", "agreement_renew"):
        assert client_of(desk.analyst).get(reverse(name, args=[SLUG])).status_code == 403
        assert client_of(desk.bella).get(reverse(name, args=[SLUG])).status_code == 404


def test_the_interface_says_how_the_term_goes_on(desk: SimpleNamespace, today_is: Any) -> None:
    today_is(NOW)
    give(desk, date(2026, 6, 1))
    found = client_of(desk.manager).get(f"/api/v1/agreements/{SLUG}/").json()
    assert (found["standing"], found["renewal"], found["term_until"], found["ended_from"]) == (
        "in_force", "12 months", "2027-01-01", "2026-06-01",
    )  # fmt: skip
