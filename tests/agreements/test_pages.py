"""The pages: what they show to whom, and the buttons of negotiation."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from agreements.models import Version
from agreements.services import document_write, version_propose
from tests.agreements.table import NOW, PASSWORD, SLUG, text_of
from tests.agreements.test_scope import client_of

PAGES = [
    ("catalogue", []),
    ("service", ["payments"]),
    ("service", ["compute"]),
    ("agreements", []),
    ("agreement", [SLUG]),
    ("agreement", ["compute-uc"]),
    ("version", [SLUG, 1]),
    ("version", [SLUG, 2]),
]


@pytest.mark.wide
@pytest.mark.parametrize("who", ["manager", "watcher"])
def test_every_page_opens_for_everybody_of_the_provider(amended: SimpleNamespace, who: str) -> None:
    client = client_of(getattr(amended, who))
    for name, arguments in PAGES:
        assert client.get(reverse(name, args=arguments)).status_code == 200, (name, arguments)


def test_the_customer_reads_the_agreement_and_finds_no_act_of_the_provider(amended: SimpleNamespace) -> None:
    page = text_of(client_of(amended.carl).get(reverse("agreement", args=[SLUG])))
    assert "43 min 48 s of an average month may be down" in page
    assert "Version 2" not in page
    assert reverse("objective_measure", args=[SLUG, "availability"]) not in page
    assert "Change</a>" not in page


def test_the_redline_is_what_a_proposal_shows_first(amended: SimpleNamespace) -> None:
    version_propose(version=amended.amendment, actor=None, now=NOW)
    page = text_of(client_of(amended.carl).get(reverse("version", args=[SLUG, 2])))
    assert "<del>99.9</del>" in page
    assert "<ins>99.95</ins>" in page
    assert "instead of 43 min 48 s of an average month" in page
    assert reverse("version_sign", args=[SLUG, 2, "customer"]) in page
    assert reverse("version_sign", args=[SLUG, 2, "provider"]) not in page


def test_the_download_is_the_signed_text(amended: SimpleNamespace) -> None:
    answer = client_of(amended.carl).get(reverse("version_download", args=[SLUG, 1]))
    assert answer.content.decode() == document_write(
        Version.objects.get(agreement=amended.agreement, number=1).document
    )
    assert answer["Content-Disposition"].endswith('"payments-retail-2026-01-01.yaml"')


def test_signing_asks_for_will_password_and_the_text_that_was_shown(amended: SimpleNamespace) -> None:
    version_propose(version=amended.amendment, actor=None, now=NOW)
    client, path = client_of(amended.carl), reverse("version_sign", args=[SLUG, 2, "customer"])
    digest = Version.objects.get(pk=amended.amendment.pk).digest
    assert digest in text_of(client.get(path))
    good = {"digest": digest, "confirm": "on", "password": PASSWORD}
    for wrong in ({"password": "guess"}, {"confirm": ""}, {"digest": "0" * 64}):
        answer = client.post(path, {**good, **wrong})
        assert answer.status_code == 422
        assert PASSWORD not in text_of(answer)
        assert not amended.amendment.signatures.exists()
    assert client.post(path, good).status_code == 302
    assert amended.amendment.signatures.get().user == amended.carl


def test_a_proposal_and_its_withdrawal_go_through_the_buttons(amended: SimpleNamespace) -> None:
    client = client_of(amended.manager)
    client.post(reverse("version_propose", args=[SLUG, 2]))
    amended.amendment.refresh_from_db()
    assert amended.amendment.state == "proposed"
    client.post(reverse("version_withdraw", args=[SLUG, 2]))
    answer = client.post(reverse("version_propose", args=[SLUG, 2]), follow=True)
    assert "no longer possible" in text_of(answer)


QUERIES = (
    "q=pay q=%00%27%22 sort=-title sort=nothing page=999 state=in_force state=expiring state=open scope=own "
    "scope=received organisation=supplier criticality=9 criticality=4 type=UC export=csv"
)


@pytest.mark.wide
@pytest.mark.parametrize("path", ["/catalogue/", "/agreements/"])
def test_lists_answer_every_address(amended: SimpleNamespace, path: str) -> None:
    client = client_of(amended.manager)
    for query in QUERIES.split():
        assert client.get(f"{path}?{query}").status_code == 200, query


def test_the_register_counts_and_exports_what_it_shows(amended: SimpleNamespace) -> None:
    version_propose(version=amended.amendment, actor=None, now=NOW)
    client = client_of(amended.manager)
    page = client.get("/agreements/")
    assert page.context["counts"] == {"force": 2, "open": 1, "draft": 0, "expiring": 0}
    rows = client.get("/agreements/?type=UC&export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("Contract compute-uc,UC,Supplier,Provider,in_force")
