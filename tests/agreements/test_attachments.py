"""Files of a version: checked, kept, signed with the text as annexes, and sent as downloads to both sides alone."""

import io
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agreements.attachments import attachment_find, attachments_of
from agreements.errors import Conflict, Refused
from agreements.forms.attachment import AttachmentForm
from agreements.models import Attachment, Version
from agreements.reading.bundle import bundle_make
from agreements.services import (
    attachment_add,
    attachment_remove,
    version_draft,
    version_edit,
    version_propose,
)
from slmo.accounts.errors import Denied
from slmo.core.terms import document_digest
from tests.agreements.table import NOW, SLUG, signed, text_of

PDF = b"%PDF-1.7 prices"


def upload(name: str = "prices.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def added(table: Any, annex: bool = True, **changed: Any) -> Attachment:
    given: dict[str, Any] = {
        "version": table.draft, "upload": upload(), "title": "Prices", "annex": annex, "actor": table.manager,
        "now": NOW,
    }  # fmt: skip
    return attachment_add(**(given | changed))


def stored(table: Any) -> Version:
    return Version.objects.get(pk=table.draft.pk)


def test_an_annex_is_part_of_the_signed_text_and_another_file_is_not(table: Any) -> None:
    before = table.draft.digest
    added(table, annex=False, upload=upload("notes.txt", b"plain"))
    assert stored(table).digest == before
    made = added(table)
    version = stored(table)
    assert version.document["spec"]["annexes"] == [
        {"name": "prices.pdf", "title": "Prices", "sha256": made.sha256, "size": len(PDF)}
    ]
    assert version.digest == document_digest(version.document) != before
    assert [(one["title"], one["annex"]) for one in attachments_of(version)] == [("Prices", True), ("Prices", False)]


@pytest.mark.parametrize(
    "file", [("prices.exe", b"MZ"), ("prices.pdf", b"<html>"), ("prices.pdf", b""), ("big.txt", b"x" * (5 * 2**20 + 1))]
)
def test_a_file_that_is_not_what_it_says_is_refused(table: Any, file: tuple[str, bytes]) -> None:
    with pytest.raises(ValidationError) as refused:
        added(table, upload=upload(*file))
    assert "file" in refused.value.error_dict
    assert not Attachment.objects.exists()


def test_files_belong_to_a_draft_of_ones_own_side(table: Any) -> None:
    with pytest.raises(Denied):
        added(table, actor=table.carl)
    made = added(table)
    with pytest.raises(ValidationError):
        added(table)  # it is there already
    attachment_remove(version=table.draft, sha256=made.sha256, actor=table.manager, now=NOW)
    assert "annexes" not in stored(table).document["spec"]
    version_propose(version=table.draft, actor=table.manager, now=NOW)
    with pytest.raises(Refused):
        added(table)


def test_an_amendment_keeps_the_annex_of_the_version_before_it(table: Any) -> None:
    made = added(table)
    signed(stored(table))
    draft = version_draft(agreement=table.agreement, actor=table.manager, now=NOW)
    assert attachment_find(draft, made.sha256) == made
    spec = {key: value for key, value in draft.document["spec"].items() if key != "annexes"}
    version_edit(
        version=draft, document={**draft.document, "spec": spec}, expected_changed_at=None, actor=None, now=NOW
    )
    draft.refresh_from_db()
    with pytest.raises(Attachment.DoesNotExist):
        attachment_find(draft, made.sha256)


def test_a_text_whose_annex_is_not_here_is_not_proposed(table: Any) -> None:
    named = [{"name": "a.pdf", "title": "Drawing", "sha256": "ab" * 32, "size": 3}]
    document = {**table.draft.document, "spec": {**table.draft.document["spec"], "annexes": named}}
    version_edit(version=table.draft, document=document, expected_changed_at=None, actor=None, now=NOW)
    with pytest.raises(Refused, match="Drawing"):
        version_propose(version=table.draft, actor=None, now=NOW)


def test_a_byte_that_changed_in_the_database_is_noticed(table: Any) -> None:
    made = added(table)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agreements_attachment SET content = %s", [b"%PDF-1.7 prizes"])
    with pytest.raises(Conflict):
        attachment_find(stored(table), made.sha256)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_add_show_and_send_files(table: Any) -> None:
    manager, url = client_of(table.manager), reverse("version_attachments", args=[SLUG, 1])
    assert manager.post(url, {"title": "", "annex": "on"}).status_code == 422
    assert manager.post(url, {"file": upload(), "title": "Prices", "annex": "on"}).status_code == 302
    made = Attachment.objects.get()
    sent = reverse("version_attachment", args=[SLUG, 1, made.sha256])
    assert client_of(table.carl).get(sent).status_code == 404  # nothing is proposed yet
    signed(stored(table))
    answer = client_of(table.carl).get(sent)
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="prices.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_of(table.bella).get(sent).status_code == 404
    assert manager.get(reverse("version_attachment", args=[SLUG, 1, "ab" * 32])).status_code == 404
    assert made.sha256 in text_of(manager.get(reverse("version", args=[SLUG, 1]), {"view": "terms"}))
    drop = reverse("version_attachment_drop", args=[SLUG, 1, made.sha256])
    assert manager.post(drop).status_code != 302  # it is signed
    assert Attachment.objects.exists()


def test_the_zip_of_a_version_holds_its_files(table: Any) -> None:
    added(table)
    added(table, annex=False, upload=upload("notes.txt", b"plain"))
    with zipfile.ZipFile(io.BytesIO(bundle_make(stored(table)))) as folder:
        assert folder.read("attachments/1-prices.pdf") == PDF
        assert folder.read("attachments/2-notes.txt") == b"plain"
        assert b"attachments/1-prices.pdf" in folder.read("SHA256SUMS")


def test_the_form_says_in_the_readers_language_which_files_it_takes() -> None:
    for language, said in (("en", "at most 5 MB."), ("ru", "не больше 5 МБ.")):
        with override(language):
            assert said in str(AttachmentForm()["file"].help_text)
