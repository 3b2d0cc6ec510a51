"""A signed version is sealed once, and whatever is changed afterwards is found and named."""

import io
import json
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from agreements.models import SealedPaper, Signature, Version
from agreements.reading.verification import SENTENCES, version_verify
from agreements.services import document_write, version_draft
from agreements.services.paper import paper_unsealed, version_seal, versions_unsealed
from agreements.tasks import versions_seal
from slmo.audit.models import Entry
from slmo.seal.finding import FINDINGS
from slmo.seal.key import key_load
from tests.agreements.table import NOW, SLUG, signed, table_make, text_of
from tests.seal.standards import broken
from tests.support.worlds import kept


@pytest.fixture(scope="module")
def sealed_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Sign and seal one version for all tests of this file: it takes a second or two."""

    def make() -> SimpleNamespace:
        table = table_make()
        table.version = signed(table.draft)
        version_seal(version_id=table.version.pk, now=NOW)
        return table

    with kept(make, django_db_blocker) as made:
        yield made


@pytest.fixture
def sealed(sealed_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    cache.clear()
    return deepcopy(sealed_kept)


@pytest.fixture
def forced(sealed: SimpleNamespace) -> SimpleNamespace:
    """Let the test change what the database keeps as it is, as whoever owns the tables could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # chains the entries; no table changes before that
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name in ("agreements_version", "agreements_signature", "agreements_sealedpaper", "audit_entry"):
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    return sealed


def pdf_of(table: SimpleNamespace, language: str = "en") -> bytes:
    return bytes(table.version.papers.get(language=language).pdf)


def codes(table: SimpleNamespace) -> set[str]:
    return {one.code for one in version_verify(Version.objects.get(pk=table.version.pk))}


def client_of(who: Any = None) -> Client:
    client = Client()
    if who is not None:
        client.force_login(who)
    return client


def test_a_signed_version_is_sealed_once_in_every_language(sealed: SimpleNamespace) -> None:
    papers = {one.language: bytes(one.pdf) for one in SealedPaper.objects.all()}
    assert set(papers) == {code for code, _name in settings.LANGUAGES}
    assert not version_seal(version_id=sealed.version.pk, now=NOW + timedelta(days=1))
    assert {one.language: bytes(one.pdf) for one in SealedPaper.objects.all()} == papers
    assert paper_unsealed(sealed.version, "ru") == paper_unsealed(sealed.version, "ru")
    assert not versions_unsealed()
    assert not [(language, found) for language, pdf in papers.items() if (found := broken(pdf))]
    entry = Entry.objects.get(action="version_seal")
    assert entry.after is not None
    assert entry.after["pdf_sha256_en"] == SealedPaper.objects.get(language="en").pdf_sha256


def test_what_a_lost_message_left_is_sealed_by_the_sweep_and_drafts_are_not(sealed: SimpleNamespace) -> None:
    draft = version_draft(agreement=sealed.agreement, actor=None, now=NOW)
    assert not version_seal(version_id=draft.pk, now=NOW)
    assert not versions_unsealed()
    version = signed(draft)
    assert versions_unsealed() == [version.pk]
    assert versions_seal() == 1
    assert versions_seal() == 0
    assert not version_verify(version)


def test_the_database_keeps_the_paper_as_it_is(sealed: SimpleNamespace) -> None:
    paper = sealed.version.papers.first()
    for change in (lambda: SealedPaper.objects.filter(pk=paper.pk).update(pdf=b""), paper.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def paper_change(sealed: SimpleNamespace, **values: Any) -> None:
    SealedPaper.objects.filter(version=sealed.version, language="ru").update(**values)


def byte_flip(sealed: SimpleNamespace, share: float) -> None:
    pdf = bytearray(pdf_of(sealed, "ru"))
    pdf[int((len(pdf) - 1) * share)] ^= 1
    paper_change(sealed, pdf=bytes(pdf))


def text_change(sealed: SimpleNamespace) -> None:
    document = deepcopy(sealed.version.document)
    document["spec"]["objectives"][0]["target"] = ">= 99.8%"
    Version.objects.filter(pk=sealed.version.pk).update(document=document)


def signature_change(**values: Any) -> None:
    Signature.objects.filter(side="customer").update(**values)


def entry_change(action: str, old: str, new: str) -> None:
    entry = Entry.objects.filter(action=action).latest("id")
    Entry.objects.filter(pk=entry.pk).update(content=entry.content.replace(old, new))


TAMPERED: dict[str, tuple[Any, set[str]]] = {
    "a letter of the text": (text_change, {"text.digest", "text.differs"}),
    "the digest": (
        lambda sealed: Version.objects.filter(pk=sealed.version.pk).update(digest="0" * 64),
        {"text.digest", "signature.digest"},
    ),
    "a date beside the text": (
        lambda sealed: Version.objects.filter(pk=sealed.version.pk).update(effective_until="2030-01-01"),
        {"text.dates"},
    ),
    "the signer's name": (
        lambda sealed: signature_change(signer_name="Mallory"),
        {"signature.differs", "signature.audit"},
    ),
    "how the signer was recognised": (lambda sealed: signature_change(method="password"), {"signature.differs"}),
    "the evidence": (lambda sealed: signature_change(evidence="a letter"), {"signature.differs", "signature.audit"}),
    "the time of signing": (
        lambda sealed: signature_change(signed_at=NOW + timedelta(microseconds=1)),
        {"signature.differs"},
    ),
    "the digest that was signed": (
        lambda sealed: signature_change(digest="1" * 64),
        {"signature.digest", "signature.differs", "signature.audit"},
    ),
    "the side": (lambda sealed: Signature.objects.filter(side="customer").delete(), {"signature.missing"}),
    "the PDF's first bytes": (lambda sealed: byte_flip(sealed, 0.0), {"pdf.other"}),
    "the PDF's middle": (lambda sealed: byte_flip(sealed, 0.5), {"pdf.other"}),
    "the PDF's seal": (lambda sealed: byte_flip(sealed, 0.9), {"pdf.other"}),
    "the PDF's last byte": (lambda sealed: byte_flip(sealed, 1.0), {"pdf.other"}),
    "the PDF's SHA-256": (lambda sealed: paper_change(sealed, pdf_sha256="0" * 64), {"pdf.other", "paper.audit"}),
    "the certificate": (lambda sealed: paper_change(sealed, certificate="none"), {"pdf.certificate"}),
    "the fingerprint": (lambda sealed: paper_change(sealed, fingerprint="0" * 64), {"pdf.certificate"}),
    "a paper taken away": (lambda sealed: SealedPaper.objects.filter(language="ru").delete(), {"paper.missing"}),
    "the other paper in its place": (
        lambda sealed: paper_change(sealed, pdf=pdf_of(sealed, "en")),
        {"pdf.other"},
    ),
    "the audit entry of the seal": (
        lambda sealed: entry_change("version_seal", '"pdf_sha256_ru"', '"pdf_sha256_xx"'),
        {"audit.broken", "paper.audit"},
    ),
}


def test_untouched_everything_fits(sealed: SimpleNamespace) -> None:
    assert not codes(sealed)


@pytest.mark.wide
@pytest.mark.parametrize("what", TAMPERED)
def test_a_change_is_found_and_named(forced: SimpleNamespace, what: str) -> None:
    change, expected = TAMPERED[what]
    change(forced)
    assert expected <= codes(forced)


def test_every_finding_has_its_sentence_in_the_readers_language() -> None:
    assert set(SENTENCES) == set(FINDINGS)
    assert {code: str(text) for code, text in SENTENCES.items()} == FINDINGS


def test_the_command_checks_all_and_names_what_does_not_fit(forced: SimpleNamespace, tmp_path: Any) -> None:
    said = io.StringIO()
    call_command("agreement_verify", stdout=said)
    assert said.getvalue() == "payments-retail v1: fits\n"
    file = tmp_path / "document.pdf"
    file.write_bytes(pdf_of(forced))
    call_command("agreement_verify", "--file", str(file), stdout=said)
    signature_change(signer_name="Mallory")
    with pytest.raises(CommandError, match="1 of those checked"):
        call_command("agreement_verify", SLUG, "--number", "1", stdout=said)
    assert "signer is “Mallory”, was “Retail”" in said.getvalue()
    with pytest.raises(CommandError, match="no such signed version"):
        call_command("agreement_verify", "nothing")


def test_anybody_verifies_a_file_without_logging_in(sealed: SimpleNamespace) -> None:
    client, path = client_of(), reverse("verify")
    assert client.get(path).status_code == 200
    pdf = pdf_of(sealed)
    answers = {
        "byte for byte": pdf,
        "signed here by both sides": document_write(sealed.version.document).encode(),
        "not what was signed": pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:],
        "Nothing with this digest": document_write(sealed.version.document).replace("99.9", "99.8").encode(),
        "cannot be read": b"\xff\xfe nothing",
    }
    for expected, content in answers.items():
        shown = text_of(client.post(path, {"file": SimpleUploadedFile("x", content)}))
        assert expected in shown, expected
        unknown = expected in ("Nothing with this digest", "cannot be read")
        assert ("Payments for Retail" in shown) != unknown


def test_a_digest_alone_tells_that_it_was_signed_and_not_between_whom(sealed: SimpleNamespace) -> None:
    path = reverse("verify")
    for digest in (sealed.version.digest, sealed.version.papers.first().pdf_sha256):
        shown = text_of(client_of().get(path, {"digest": digest.upper()}))
        assert "Signed by both" in shown
        assert "Retail" not in shown
        assert "Payments for Retail" in text_of(client_of(sealed.carl).get(path, {"digest": digest}))
        assert "Payments for Retail" not in text_of(client_of(sealed.bella).get(path, {"digest": digest}))
    assert "Nothing with this digest" in text_of(client_of().get(path, {"digest": "0" * 64}))
    assert client_of().get(path, {"digest": "short"}).status_code == 422
    assert client_of().post(path).status_code == 422


def test_asking_very_often_is_answered_429(sealed: SimpleNamespace) -> None:
    answers = [client_of().get(reverse("verify"), {"digest": "no"}).status_code for _number in range(31)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {422}


def test_the_parties_take_everything_away(sealed: SimpleNamespace) -> None:
    client = client_of(sealed.carl)
    page = text_of(client.get(reverse("version", args=[SLUG, 1])))
    assert reverse("version_paper", args=[SLUG, 1, "ru"]) in page
    assert "fit together" in text_of(client.get(reverse("version_check", args=[SLUG, 1])))
    assert client.get(reverse("version_paper", args=[SLUG, 1, "en"])).content == pdf_of(sealed)
    answer = client.get(reverse("version_bundle", args=[SLUG, 1]))
    assert answer.content == client.get(reverse("version_bundle", args=[SLUG, 1])).content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as folder:
        files = {name: folder.read(name) for name in folder.namelist()}
    assert set(files) == {
        f"{SLUG}-v1-en.pdf", f"{SLUG}-v1-ru.pdf", "agreement.yaml", "agreement.json", "signatures.json",
        "certificate.pem", "HOW-TO-VERIFY.txt", "SHA256SUMS",
    }  # fmt: skip
    assert json.loads(files["signatures.json"])["digest"] == sealed.version.digest
    for name in ("version_paper", "version_bundle", "version_check"):
        arguments = [SLUG, 1, *(["en"] if name == "version_paper" else [])]
        assert client_of(sealed.bella).get(reverse(name, args=arguments)).status_code == 404
        assert client_of().get(reverse(name, args=arguments)).status_code == 302


def test_the_certificate_is_for_everybody(sealed: SimpleNamespace) -> None:
    answer = client_of().get(reverse("verify_certificate"))
    assert answer.content.decode() == sealed.version.papers.first().certificate


def test_the_key_is_shown_and_replaced_from_a_terminal(
    sealed: SimpleNamespace, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slmo.seal.key.BITS", 1024)  # a long one takes a second
    path = tmp_path / "own" / "seal.pem"
    monkeypatch.setattr(settings, "SEAL_FILE_OWN", str(path))
    said = io.StringIO()
    call_command("seal_key", "show", stdout=said)
    first = key_load(path)
    assert first.fingerprint in said.getvalue()
    assert "PRIVATE" not in said.getvalue()
    call_command("seal_key", "rotate", stdout=said)
    assert key_load(path).fingerprint != first.fingerprint
    assert Entry.objects.filter(action="seal_key_rotate").count() == 1
    assert not codes(sealed)  # what was sealed before stays valid
    path.chmod(0o644)
    with pytest.raises(CommandError, match="chmod 600"):
        call_command("seal_key", "show", stdout=said)
    monkeypatch.setattr(settings, "SEAL_FILE", str(path))
    path.chmod(0o600)
    with pytest.raises(CommandError, match="put the new key"):
        call_command("seal_key", "rotate", stdout=said)
