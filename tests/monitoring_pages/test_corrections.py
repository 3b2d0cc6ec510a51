"""The pages of corrections, exclusions and restatements: who sees what, who decides, what is shown before and after."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.models import Correction, Exclusion, Fact, PeriodResult, Restatement
from slmo.accounts.models import User
from tests.monitoring.desk import LATER, WORDS, Desk, close, desk_make
from tests.reports.story import DOWN, Story, assess, browser_of, fact, record
from tests.support.people import person

SPAN = {"start": "2026-02-10T09:00:00", "end": "2026-02-10T09:50:00"}
NEW_CORRECTION = "/operations/indicators/payments/availability/correct/"
NEW_EXCLUSION = "/operations/exclusions/new/"


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def text_of(client: Client, url: str, status: int = 200) -> str:
    """Return a page's text with plain spaces."""
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def words(**changes: str) -> dict[str, str]:
    """Return a filled form."""
    return {"state": "up", "kind": "disruption", **SPAN, **WORDS, "link": "", "note": "", "scope": "", **changes}


def test_a_correction_goes_from_the_form_to_the_figure(desk: Desk) -> None:
    operator, head = browser_of(desk.operator), browser_of(desk.head)
    assert "Propose a correction" in text_of(operator, NEW_CORRECTION)
    file = SimpleUploadedFile("probe.log", b"09:00 uplink lost\n")
    response = operator.post(NEW_CORRECTION, {**words(note="Olga fixed the probe."), "file": file})
    correction = Correction.objects.get()
    assert response.url == f"/operations/corrections/{correction.pk}/"
    shown = text_of(head, response.url)
    assert "Approve the correction" in shown
    assert re.search(r"99\.87 %.*100(\.0+)? %", shown, re.S)
    assert "Olga fixed the probe." in shown
    assert desk.february().verdict == "breached"
    answer = head.post(f"{response.url}step/approve/", {"word": "Seen."}, follow=True)
    assert "Approved" in answer.content.decode()
    assert desk.february().verdict == "met"
    assert "What it changed" in text_of(head, response.url)


def test_whoever_proposed_is_refused_with_403_and_nothing_changes(desk: Desk) -> None:
    correction, exclusion = desk.proposed(actor=desk.head), desk.asked(actor=desk.head)
    head = browser_of(desk.head)
    for url in (f"/operations/corrections/{correction.pk}/", f"/operations/exclusions/{exclusion.pk}/"):
        assert "another person decides" in text_of(head, url)
        for verb in ("approve", "decline"):
            assert head.post(f"{url}step/{verb}/", {"word": "Me."}).status_code == 403
    assert set(Correction.objects.values_list("state", flat=True)) == {"proposed"}
    assert set(Exclusion.objects.values_list("state", flat=True)) == {"proposed"}


def test_the_preview_shows_figures_and_keeps_nothing(desk: Desk) -> None:
    operator = browser_of(desk.operator)
    facts, results = Fact.objects.count(), PeriodResult.objects.count()
    for url, extra in ((NEW_CORRECTION, {}), (NEW_EXCLUSION, {"about": "agreement:payments-retail"})):
        sent = words(preview="1", reason="", evidence="") | extra
        fragment = operator.post(url, sent, headers={"HX-Request": "true"})
        shown = fragment.content.decode()
        assert fragment.status_code == 200
        assert "<html" not in shown
        assert "99.87" in shown
        page = operator.post(url, sent)
        assert "<html" in page.content.decode()
        assert "99.87" in page.content.decode()
    assert (Fact.objects.count(), PeriodResult.objects.count()) == (facts, results)
    assert not Correction.objects.exists()
    assert not Exclusion.objects.exists()


def test_a_preview_of_an_unusable_span_says_what_is_wrong(desk: Desk) -> None:
    sent = words(preview="1", end="2026-02-10T08:00:00")
    shown = browser_of(desk.operator).post(NEW_CORRECTION, sent, headers={"HX-Request": "true"}).content.decode()
    assert "expected a later time" in shown


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    operator = browser_of(desk.operator)
    response = operator.post(NEW_CORRECTION, words(evidence="", reason="The probe was broken."))
    assert response.status_code == 422
    assert "The probe was broken." in response.content.decode()
    refused = operator.post(NEW_EXCLUSION, words(about="agreement:payments-retail", link="ftp://x"))
    assert refused.status_code == 422
    assert "http://" in refused.content.decode()


def test_an_exclusion_goes_from_the_form_to_the_figure_and_back(desk: Desk) -> None:
    operator, head, other = (browser_of(one) for one in (desk.operator, desk.head, desk.other))
    start = {"about": "objective:payments-retail/availability"}
    response = operator.post(f"{NEW_EXCLUSION}?agreement=payments-retail", words(**start))
    url = response.url
    assert head.post(f"{url}step/approve/", {"word": ""}).url == url
    assert desk.february().verdict == "met"
    assert desk.story.result(2, desk.story.clinic_sla).verdict == "breached"
    assert "Let the time count again" not in text_of(head, url)
    assert "Let the time count again" in text_of(other, url)
    assert other.post(f"{url}step/revoke/", {"word": ""}).status_code == 422
    assert other.post(f"{url}step/revoke/", {"word": "The customer disagrees."}).status_code == 302
    assert desk.february().verdict == "breached"
    assert "The customer disagrees." in text_of(head, url)


def test_evidence_is_served_as_a_download_that_no_browser_opens(desk: Desk) -> None:
    correction = desk.corrected(upload=SimpleUploadedFile("proof.txt", b"<script>alert(1)</script>"))
    response = browser_of(desk.story.buyer).get(f"/operations/corrections/{correction.pk}/evidence/")
    assert response.headers["Content-Disposition"] == 'attachment; filename="proof.txt"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.content == b"<script>alert(1)</script>"


# who → what they see of a correction or exclusion that is: proposed, declined, approved for them, for another customer
SEEN = {
    "operator": (200, 200, 200, 200),
    "clerk": (200, 200, 200, 200),
    "head": (200, 200, 200, 200),
    "buyer": (404, 404, 200, 404),
    "doctor": (404, 404, 404, 200),
    "stranger": (404, 404, 404, 404),
    "supplier": (404, 404, 404, 404),
}


def people(desk: Desk) -> dict[str, User]:
    """Return one person of each kind."""
    story = desk.story
    return {
        "operator": desk.operator, "head": desk.head, "buyer": story.buyer, "doctor": story.doctor,
        "clerk": person("cleo", story.provider, 2), "supplier": person("sam", story.supplier, 5),
        "stranger": person("stella"),
    }  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("who", SEEN)
def test_who_sees_which_exclusion(desk: Desk, who: str) -> None:
    from monitoring.services.exclusion import exclusion_decline

    declined = exclusion_decline(exclusion=desk.asked(), word="No.", actor=desk.head, now=LATER)
    rows = [desk.asked(), declined, desk.excluded(), desk.excluded(agreement=desk.story.clinic_sla)]
    client = browser_of(people(desk)[who])
    answers = tuple(client.get(f"/operations/exclusions/{row.pk}/").status_code for row in rows)
    expected = SEEN[who] if who != "stranger" else (403,) * 4
    assert answers == expected
    files = [client.get(f"/operations/exclusions/{row.pk}/evidence/").status_code for row in rows]
    assert 200 not in files


@pytest.mark.wide
@pytest.mark.parametrize(("who", "sees"), [("operator", 2), ("buyer", 1), ("doctor", 1), ("supplier", 0)])
def test_who_sees_which_correction(desk: Desk, who: str, sees: int) -> None:
    desk.corrected()
    desk.proposed()
    client = browser_of(people(desk)[who])
    listed = text_of(client, "/operations/corrections/")
    assert len(re.findall(r'class="row-link" href="/operations/corrections/\d+/"', listed)) == sees
    shown = [client.get(f"/operations/corrections/{row.pk}/").status_code for row in Correction.objects.all()]
    assert shown.count(200) == sees


def test_a_customer_reads_reason_and_approver_and_never_an_internal_word(desk: Desk) -> None:
    correction = desk.proposed(note="Internal: the probe of Olga.")
    from monitoring.services.correction import correction_approve

    correction_approve(correction=correction, word="Internal: fine by me.", actor=desk.head, now=LATER)
    exclusion = desk.excluded(note="Internal: they asked for it.")
    buyer = browser_of(desk.story.buyer)
    for url in (f"/operations/corrections/{correction.pk}/", f"/operations/exclusions/{exclusion.pk}/"):
        shown = text_of(buyer, url)
        assert WORDS["reason"] in shown
        assert "Hans" in shown
        assert "Internal:" not in shown
        assert "Payments clinic" not in shown
    for url in ("/operations/corrections/?export=csv", "/operations/exclusions/?export=csv"):
        exported = buyer.get(url).content.decode()
        assert WORDS["reason"] in exported
        assert "Internal:" not in exported


@pytest.mark.wide
@pytest.mark.parametrize("verb", ["approve", "decline", "withdraw", "revoke", "explode"])
def test_a_customer_takes_no_step(desk: Desk, verb: str) -> None:
    correction, exclusion = desk.corrected(), desk.excluded()
    buyer = browser_of(desk.story.buyer)
    answers = [
        buyer.post(f"/operations/{name}/{row.pk}/step/{verb}/", {"word": "x"}).status_code
        for name, row in (("corrections", correction), ("exclusions", exclusion))
    ]
    assert set(answers) <= {403, 404, 422}
    assert Exclusion.objects.get().state == "approved"
    assert buyer.get(NEW_CORRECTION).status_code == 403
    assert buyer.get(NEW_EXCLUSION).status_code == 403


def late(desk: Desk) -> Restatement:
    """Make February final, and let an outage of it become known late."""
    close(desk.february())
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "INC-99"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    return Restatement.objects.get()


def test_late_facts_leave_a_final_figure_alone_and_ask_a_person(desk: Desk) -> None:
    question = late(desk)
    head = browser_of(desk.head)
    why = text_of(head, f"/figures/{question.before_id}/")
    assert f"/operations/restatements/{question.pk}/" in why
    assert desk.february().achieved == "0.998759920"
    shown = text_of(head, f"/operations/restatements/{question.pk}/")
    assert "Facts came late" in shown
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen
    url = f"/operations/restatements/{question.pk}/step/issue/"
    assert head.post(url, {"seen": seen[1], "word": ""}).status_code == 422
    assert head.post(url, {"seen": "1-2-3", "word": "INC-99"}).status_code == 422
    assert head.post(url, {"seen": seen[1], "word": "INC-99 was reported late."}).status_code == 302
    assert desk.february().revision == 2
    buyer = text_of(browser_of(desk.story.buyer), f"/operations/restatements/{question.pk}/")
    assert "INC-99 was reported late." in buyer
    assert "Buyer" in buyer


def test_a_question_is_the_provider_s_affair_until_it_is_answered(desk: Desk) -> None:
    question = late(desk)
    url = f"/operations/restatements/{question.pk}/"
    assert browser_of(desk.story.buyer).get(url).status_code == 404
    assert "level 6" in text_of(browser_of(desk.operator), url)
    assert browser_of(desk.operator).post(f"{url}step/issue/", {"seen": "x", "word": "y"}).status_code == 403


def test_proposals_and_questions_wait_on_the_first_screen_of_those_who_decide(desk: Desk) -> None:
    question, correction, exclusion = late(desk), desk.proposed(), desk.asked()
    wanted = [f"/operations/corrections/{correction.pk}/", f"/operations/exclusions/{exclusion.pk}/"]
    wanted.append(f"/operations/restatements/{question.pk}/")
    shown = text_of(browser_of(desk.head), "/?all=1")
    assert all(url in shown for url in wanted)
    assert not any(url in text_of(browser_of(desk.operator), "/?all=1") for url in wanted)


def test_what_one_proposed_oneself_does_not_wait_for_oneself(desk: Desk) -> None:
    correction = desk.proposed(actor=desk.head)
    assert f"/operations/corrections/{correction.pk}/" not in text_of(browser_of(desk.head), "/?all=1")
    assert f"/operations/corrections/{correction.pk}/" in text_of(browser_of(desk.other), "/?all=1")


@pytest.mark.parametrize("name", ["corrections", "exclusions", "restatements"])
def test_a_list_needs_few_reads_however_long_it_is(desk: Desk, name: str) -> None:
    late(desk)
    for _ in range(3):
        desk.proposed()
        desk.asked()
    client = browser_of(desk.head)
    client.get(f"/operations/{name}/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(f"/operations/{name}/")
    for _ in range(6):
        desk.proposed()
        desk.asked()
    with CaptureQueriesContext(connection) as many:
        client.get(f"/operations/{name}/")
    assert len(many) == len(few) <= 12


@pytest.mark.parametrize("name", ["corrections", "exclusions", "restatements"])
def test_an_empty_list_says_what_it_is_for(desk: Desk, name: str) -> None:
    assert "empty-state" in text_of(browser_of(desk.head), f"/operations/{name}/")
