"""Everything about a signed version in one file: papers, texts, signatures, attachments, and how to verify them."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.attachments import attachment_find, attachments_of
from agreements.models import SealedPaper, Version
from agreements.reading.paper import signed_of
from agreements.reading.verification import papers_of
from agreements.services.document_text import document_write
from slmo.core.terms import document_canonical
from slmo.seal.record import SIGNATURES, TEXT, YAML, signatures_write

SUMS, CERTIFICATE, HOW, ATTACHED = "SHA256SUMS", "certificate.pem", "HOW-TO-VERIFY.txt", "attachments"


def bundle_make(version: Version) -> bytes:
    """Return the zip of a signed version; the same bytes for the same version.

    Raises Conflict where a kept attachment does not match its digest any more.
    """
    at = version.signed_at or version.changed_at
    stamp = at.astimezone(UTC).timetuple()[:6]
    made = io.BytesIO()
    files = dict(_files(version))
    files[SUMS] = "".join(
        f"{hashlib.sha256(one).hexdigest()}  {name}\n" for name, one in sorted(files.items())
    ).encode()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            folder.writestr(info, files[name])
    return made.getvalue()


def papers_listed(version: Version) -> list[SealedPaper]:
    """Return the sealed papers of a version without their files, as a page lists them."""
    return list(version.papers.defer("pdf", "certificate").order_by("language"))


def paper_name(version: Version, language: str) -> str:
    """Return the name under which a paper is downloaded."""
    return f"{version.agreement.slug}-v{version.number}-{language}.pdf"


def _files(version: Version) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the bundle but for their sums."""
    papers = papers_of(version)
    signed = signed_of(version)
    for paper in papers:
        yield paper_name(version, paper.language), bytes(paper.pdf)
    yield YAML, document_write(version.document).encode()
    yield TEXT, document_canonical(version.document)
    yield SIGNATURES, signatures_write(version.agreement.slug, version.number, version.digest, signed)
    if papers:
        yield CERTIFICATE, papers[0].certificate.encode()
    for number, one in enumerate(attachments_of(version), 1):
        if not one["missing"]:  # the text names it by its digest all the same
            yield f"{ATTACHED}/{number}-{one['name']}", bytes(attachment_find(version, one["sha256"]).content)
    yield HOW, how_to_verify(version, papers).encode()


def how_to_verify(version: Version, papers: list[SealedPaper]) -> str:
    """Return what a counterparty does to check everything, in every language of the portal."""
    parts = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            parts.append("\n".join(_lines(version, papers)))
    return "\n\n---\n\n".join(parts) + "\n"


def _lines(version: Version, papers: list[SealedPaper]) -> Iterator[str]:
    """Yield the lines in the language in force."""
    pdf = paper_name(version, papers[0].language) if papers else "document.pdf"
    fingerprint = papers[0].fingerprint if papers else ""
    yield f"{version.agreement.title}, " + _("version %(number)d") % {"number": version.number}
    yield ""
    yield "1. " + _("No file was changed on its way:")
    yield f"   sha256sum -c {SUMS}"
    yield "2. " + _(
        "Every byte of the PDF is what was sealed, and its text is what both sides signed (needs no portal):"
    )
    yield f"   python -m slmo.verify {YAML} {pdf} --certificate {CERTIFICATE}"
    yield "3. " + _(
        "The certificate is the provider’s: compare its SHA-256 with what the provider tells you otherwise."
    )
    yield f"   openssl x509 -in {CERTIFICATE} -outform DER | sha256sum"
    yield f"   {fingerprint}"
    yield "4. " + _("The digest that both sides signed is the SHA-256 of the canonical text:")
    yield f"   sha256sum {TEXT}"
    yield f"   {version.digest}"
    yield "5. " + _("The portal itself answers too: %(address)s") % {"address": f"{settings.SITE_URL}/verify/"}
