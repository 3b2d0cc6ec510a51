"""Seal a signed version: make its papers once, sign them with the installation's key, keep them for ever."""

import hashlib
import logging
from datetime import datetime
from functools import partial
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from agreements.models import SealedPaper, Version, VersionState
from agreements.reading.paper import paper_data, signed_of
from agreements.reading.terms import version_terms
from agreements.services.document_text import document_write
from slmo.audit.services import record
from slmo.core.terms import document_canonical
from slmo.seal.key import SealKey, key_create, key_load
from slmo.seal.paper import Attached, paper_make
from slmo.seal.record import SIGNATURES, TEXT, YAML, signatures_write

log = logging.getLogger(__name__)

SEAL_TASK = "agreements.tasks.version_seal"
BATCH = 5  # versions a sweep; what typst takes for a paper, up to 65 MiB, stays with the process until it ends


def seal_key(now: datetime) -> SealKey:
    """Return the installation's key; where none was named and none is there yet, make one. Raises SealError."""
    path = Path(settings.SEAL_FILE or settings.SEAL_FILE_OWN)
    if settings.SEAL_FILE:
        return key_load(path, settings.SEAL_PASSPHRASE)
    return key_create(path, seal_name(), now)


def seal_name() -> str:
    """Return the name under which this installation seals."""
    return str(settings.SEAL_NAME)


@transaction.atomic
def version_seal(*, version_id: int, now: datetime) -> bool:
    """Make and keep the sealed papers of a signed version, in every language; return whether there was anything to do.

    May run twice: the row is locked, and what is kept already stays. Raises SealError where the key is not to be used.
    """
    version = Version.objects.select_for_update(of=("self",)).filter(pk=version_id, state=VersionState.SIGNED).first()
    if version is None or version.papers.exists():
        return False
    key = seal_key(now)
    papers = [_paper(version, language, key, now) for language, _name in settings.LANGUAGES]
    SealedPaper.objects.bulk_create(papers)
    agreement = version.agreement
    record(
        actor=None,
        action="version_seal",
        subject=version,
        after={
            "digest": version.digest,
            "fingerprint": key.fingerprint,
            **{f"pdf_sha256_{one.language}": one.pdf_sha256 for one in papers},
        },
        organisations=[agreement.provider, agreement.customer],
        now=now,
    )
    return True


def versions_unsealed() -> list[int]:
    """Return the keys of signed versions without sealed papers, the oldest first, as many as one sweep takes."""
    rows = Version.objects.filter(state=VersionState.SIGNED, papers__isnull=True)
    return list(rows.order_by("signed_at", "pk").values_list("pk", flat=True)[:BATCH])


def seal_soon(version: Version) -> None:
    """Have a worker seal the version once the transaction has committed; the sweep finds it where no broker answers."""
    transaction.on_commit(partial(_send, version.pk))


def paper_unsealed(version: Version, language: str) -> bytes:
    """Return the paper of a signed version before it is sealed: the same bytes whenever it is made."""
    signed_at = version.signed_at
    if signed_at is None:
        raise ValueError(f"{version} is not signed.")
    with translation.override(language):
        sealed_by = _("Sealed by %(name)s.") % {"name": seal_name()}
        data = paper_data(
            version, version_terms(version), language=language, sealed_by=sealed_by, site=settings.SITE_URL
        )
        return paper_make(data, _files(version), signed_at)


def _paper(version: Version, language: str, key: SealKey, now: datetime) -> SealedPaper:
    """Return one sealed paper, not yet saved."""
    from slmo.seal.sealing import pdf_seal  # a second's work to load, in every process

    with translation.override(language):
        reason = _("Seal of the agreement as both sides signed it")
    pdf = pdf_seal(paper_unsealed(version, language), key=key, name=seal_name(), reason=reason)
    return SealedPaper(
        version=version,
        language=language,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        certificate=key.certificate_pem + "".join(certificates_pem(key)),
        fingerprint=key.fingerprint,
        sealed_at=now,
    )


def certificates_pem(key: SealKey) -> list[str]:
    """Return the certificates that vouch for the key's own, as PEM."""
    return [SealKey(b"", one).certificate_pem for one in key.chain]


def _files(version: Version) -> list[Attached]:
    """Return the files that a paper carries: the text for machines, the same as YAML, and who signed it."""
    text = document_canonical(version.document).decode()
    signatures = signatures_write(version.agreement.slug, version.number, version.digest, signed_of(version)).decode()
    return [
        Attached(TEXT, "source", "application/json", _("The canonical text that was signed"), text),
        Attached(YAML, "data", "application/yaml", _("The same text as YAML"), document_write(version.document)),
        Attached(SIGNATURES, "supplement", "application/json", _("Who signed it, when and how"), signatures),
    ]


def _send(version_id: int) -> None:
    """Ask a worker to seal one version now."""
    try:
        current_app.send_task(SEAL_TASK, args=[version_id])
    except OperationalError:
        log.warning("No broker: version %s waits for the next sweep to be sealed.", version_id)
