"""What somebody brought to be verified, held against what the portal keeps."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from agreements.models import SealedPaper, Version, VersionState
from agreements.reading.verification import finding_sentence, version_verify
from slmo.seal.finding import Finding, finding
from slmo.seal.record import SIGNATURES, TEXT, Signed, digest_of, files_check, signatures_read, text_of_file


@dataclass
class Brought:
    """The answer: `fits`, what does not, and what is known of the version that it belongs to.

    `exact`: the file is byte for byte what the portal sealed. `by_file`: whoever asks has the text, so that the answer
    may name what stands in it; a digest alone only says that such a text was signed here.
    """

    findings: list[Finding] = field(default_factory=list)
    version: Version | None = None
    digest: str = ""
    exact: bool = False
    by_file: bool = False
    sealed_by: str = ""
    sealed_at: datetime | None = None
    fingerprint: str = ""
    signatures: list[Signed] = field(default_factory=list)
    unreadable: str = ""

    @property
    def fits(self) -> bool:
        """Tell whether it is something that was signed here, unchanged."""
        return self.version is not None and not self.findings

    @property
    def sentences(self) -> list[str]:
        """Return what does not fit, in the reader's language."""
        return [finding_sentence(one) for one in self.findings]


def file_brought(content: bytes) -> Brought:
    """Return what is known of a file: a sealed PDF, or the text of an agreement."""
    if content[:1024].lstrip().startswith(b"%PDF"):
        return _pdf(content)
    try:
        digest = digest_of(content) if content[:1] == b"{" else digest_of(text_of_file(content))
    except ValueError as error:
        return Brought([finding("text.unreadable", reason=str(error))], by_file=True)
    found = digest_brought(digest)
    found.by_file = True
    return found


def digest_brought(digest: str) -> Brought:
    """Return what is known of a digest: that of a text that was signed, or of a sealed file."""
    signed = Q(digest=digest) | Q(papers__pdf_sha256=digest)
    version = _versions().filter(signed).distinct().first()
    found = Brought(digest=digest, version=version)
    if version is not None:
        found.findings = version_verify(version)
        found.exact = version.papers.filter(pdf_sha256=digest).exists()
    return found


def _pdf(content: bytes) -> Brought:
    """Return what is known of a sealed PDF."""
    from slmo.seal.check import certificate_name, pdf_check  # a second's work to load, in every process

    seen = pdf_check(content)
    brought = Brought(list(seen.findings), by_file=True, fingerprint=seen.fingerprint, sealed_at=seen.sealed_at)
    if seen.certificate:
        brought.sealed_by = certificate_name(seen.certificate).removeprefix("Common Name: ")
    if seen.files:
        brought.findings += files_check(seen.files)
    if TEXT in seen.files:
        brought.digest = digest_of(seen.files[TEXT])
    if SIGNATURES in seen.files and not brought.findings:
        brought.signatures = signatures_read(seen.files[SIGNATURES])[1]
    _known(brought, hashlib.sha256(content).hexdigest())
    return brought


def _known(brought: Brought, sha256: str) -> None:
    """Find the version that a PDF belongs to, and hold the PDF against the one that was sealed here."""
    paper = SealedPaper.objects.filter(pdf_sha256=sha256).first()
    brought.exact = paper is not None
    if paper is not None:
        brought.version = _versions().get(pk=paper.version_id)
        brought.findings += [one for one in version_verify(brought.version) if one not in brought.findings]
    elif brought.digest:
        brought.version = _versions().filter(digest=brought.digest).first()
        kept = brought.version.papers.first() if brought.version else None
        if kept is not None:
            brought.findings.append(finding("pdf.other", found=sha256, expected=kept.pdf_sha256))


def _versions() -> QuerySet[Version]:
    """Return the signed versions."""
    return Version.objects.filter(state=VersionState.SIGNED).select_related(
        "agreement__provider", "agreement__customer", "agreement__service"
    )
