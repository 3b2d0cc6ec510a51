"""Whether a signed version is still what was signed: text, signatures, papers and audit log held against each other."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import SealedPaper, Side, Version
from agreements.reading.paper import signed_of
from agreements.services.document import document_term
from slmo.audit.canonical import digest
from slmo.audit.models import Entry
from slmo.core.terms import document_canonical
from slmo.seal.errors import SealError
from slmo.seal.finding import Finding, finding
from slmo.seal.key import certificate_read, fingerprint_of
from slmo.seal.record import (
    SIGNATURES,
    TEXT,
    YAML,
    digest_of,
    files_check,
    signatures_check,
    signatures_read,
    text_check,
)

if TYPE_CHECKING:
    from slmo.seal.check import SealSeen

# The sentences of slmo/seal/finding.py in the reader's language; a test counts both tables.
SENTENCES: Mapping[str, str | Promise] = {
    "pdf.unreadable": _("The file cannot be read as a PDF: it was damaged, or it is something else."),
    "pdf.unsealed": _("The PDF carries no seal, or more than one."),
    "pdf.bytes": _("The bytes of the PDF are not those that were sealed."),
    "pdf.beyond": _("The seal does not cover the whole file: something was added to it or taken from it."),
    "pdf.seal": _("The seal itself was changed."),
    "pdf.signature": _("The digital signature of the seal does not fit its certificate."),
    "pdf.expired": _("The certificate did not hold at the time of the seal."),
    "pdf.certificate": _("The seal was made with another certificate than the expected one: {found}."),
    "pdf.attachment": _("The PDF does not carry {name}."),
    "pdf.other": _("This is not the file that the portal sealed: its SHA-256 is {found}, expected {expected}."),
    "text.digest": _("The text does not have the digest that was signed: it has {found}, signed was {expected}."),
    "text.unreadable": _("The text cannot be read: {reason}"),
    "text.differs": _("The text in {name} is not the text that was signed."),
    "text.dates": _("The dates kept beside the text are not those in it."),
    "signature.digest": _("The signature of the {side} names another text: {found}."),
    "signature.differs": _(
        "The signature of the {side} is not kept as it was sealed: {field} is “{found}”, was “{expected}”."
    ),
    "signature.missing": _("The signature of the {side} is missing."),
    "signature.audit": _("The signature of the {side} is kept otherwise than the audit log has it."),
    "paper.missing": _("No sealed paper is kept in the language “{language}”."),
    "paper.audit": _("The sealed paper in the language “{language}” is not the one that the audit log names."),
    "audit.broken": _("An entry of the audit log about this version was changed: {entry}."),
}


def finding_sentence(one: Finding) -> str:
    """Return a finding in the reader's language."""
    values = dict(one.values)
    if values.get("side") in Side.values:
        values["side"] = str(Side(values["side"]).label)
    return str(SENTENCES[one.code]).format(**values)


def version_verify(version: Version) -> list[Finding]:
    """Return everything that does not fit about a signed version; nothing where all is as it was signed.

    The text against its digest, the signatures against the text, each paper against its seal and what it carries, and
    all of these against the audit log, whose own chain `audit_verify` follows.
    """
    return [*_text(version), *_signatures(version), *_papers(version), *_audit(version)]


def papers_of(version: Version) -> list[SealedPaper]:
    """Return the sealed papers of a version."""
    return list(version.papers.order_by("language"))


def _text(version: Version) -> Iterator[Finding]:
    """Yield what does not fit between the text, its digest and its dates."""
    found = digest_of(document_canonical(version.document))
    if found != version.digest:
        yield finding("text.digest", found=found, expected=version.digest)
    if document_term(version.document) != (version.effective_from, version.effective_until):
        yield finding("text.dates")


def _signatures(version: Version) -> Iterator[Finding]:
    """Yield the signatures that are missing or name another text."""
    kept = {one.side: one for one in signed_of(version)}
    for side in _signing(version):
        if side not in kept:
            yield finding("signature.missing", side=side)
    for side, one in kept.items():
        if one.digest != version.digest:
            yield finding("signature.digest", side=side, found=one.digest)


def _signing(version: Version) -> list[str]:
    """Return the sides whose signature a version needs: both, or the one that gives notice."""
    by = version.document["spec"].get("ended", {}).get("by", "both")
    return [by] if by in Side.values else list(Side.values)


def _papers(version: Version) -> Iterator[Finding]:
    """Yield what does not fit about the sealed papers."""
    kept = {one.language: one for one in papers_of(version)}
    for language, _name in settings.LANGUAGES:
        if language not in kept:
            yield finding("paper.missing", language=language)
        else:
            yield from _paper(version, kept[language])


def _paper(version: Version, paper: SealedPaper) -> Iterator[Finding]:
    """Yield what does not fit between a paper, its seal, and the rows."""
    from slmo.seal.check import pdf_check  # a second's work to load, in every process

    pdf = bytes(paper.pdf)
    found = hashlib.sha256(pdf).hexdigest()
    if found != paper.pdf_sha256:
        yield finding("pdf.other", found=found, expected=paper.pdf_sha256)
    seen = pdf_check(pdf)
    yield from seen.findings
    if seen.files:
        yield from _certificate(paper, seen)
        yield from files_check(seen.files)
        yield from _carried(version, seen)


def _certificate(paper: SealedPaper, seen: "SealSeen") -> Iterator[Finding]:
    """Yield that the seal was made with another certificate than the one kept beside it."""
    try:
        kept = fingerprint_of(certificate_read(paper.certificate.encode()))
    except SealError:
        kept = ""
    if {kept, paper.fingerprint} != {seen.fingerprint}:
        yield finding("pdf.certificate", found=seen.fingerprint)


def _carried(version: Version, seen: "SealSeen") -> Iterator[Finding]:
    """Yield what a paper carries that is not what the rows say."""
    text = document_canonical(version.document)
    if SIGNATURES not in seen.files:
        return
    if seen.files.get(TEXT) != text:
        yield finding("text.differs", name=TEXT)
    yield from text_check(seen.files.get(YAML, b""), YAML, text)
    try:
        _digest, sealed = signatures_read(seen.files[SIGNATURES])
    except ValueError as error:
        yield finding("text.unreadable", reason=str(error))
        return
    yield from signatures_check(signed_of(version), sealed)


def _audit(version: Version) -> Iterator[Finding]:
    """Yield what the audit log says otherwise: about the signatures, and about the bytes of the papers."""
    entries = Entry.objects.filter(subject_type="agreements.version", subject_id=str(version.pk)).order_by("id")
    for entry in entries:
        if entry.hash and entry.hash != digest(entry.previous_hash, entry.content):
            yield finding("audit.broken", entry=str(entry.number))
    signed = [one for one in entries if one.action in ("version_sign", "version_sign_recorded")]
    told = {after["side"]: after for one in signed if (after := _after(one))}
    for one in signed_of(version):
        after = told.get(one.side, {})
        if (after.get("signer"), after.get("digest"), after.get("evidence")) != (one.signer, one.digest, one.evidence):
            yield finding("signature.audit", side=one.side)
    sealed = next((_after(one) for one in entries if one.action == "version_seal"), {})
    for paper in papers_of(version):
        if sealed.get(f"pdf_sha256_{paper.language}") != paper.pdf_sha256:
            yield finding("paper.audit", language=paper.language)


def _after(entry: Entry) -> dict[str, str]:
    """Return what an entry says was so afterwards; nothing where its content cannot be read any more."""
    try:
        return dict(json.loads(entry.content)["after"] or {})
    except (ValueError, KeyError, TypeError):
        return {}
