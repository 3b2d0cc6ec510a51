"""Check a sealed PDF by itself: every byte of it is either signed, or is fixed by what is signed."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from cryptography import x509 as certificates
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from slmo.seal.finding import Finding, finding
from slmo.seal.key import fingerprint_of

LARGEST = 64 * 1024 * 1024  # bytes of one attached file
DEEPEST = 8  # levels of the tree of attached files
# What a damaged file makes the readers of PDF and of ASN.1 raise.
DAMAGED = (
    PdfError, SigningError, UnacceptableSignerError, SignatureValidationError, ValueError, TypeError, KeyError,
    IndexError, AttributeError, OverflowError, RecursionError, NotImplementedError, AssertionError, EOFError,
)  # fmt: skip


@dataclass(frozen=True)
class SealSeen:
    """What a PDF says of itself: what does not fit, the certificate and time of its seal, and the files it carries."""

    findings: tuple[Finding, ...]
    certificate: bytes = b""
    sealed_at: datetime | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate; empty where there is none."""
        return fingerprint_of(self.certificate) if self.certificate else ""


def pdf_check(pdf: bytes) -> SealSeen:
    """Return what a sealed PDF says of itself, and every way in which it is not what was sealed.

    Nothing is fetched and no trust is assumed: whose certificate it is, the caller compares.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        dict(reader.root)
    except DAMAGED:
        return SealSeen((finding("pdf.unreadable"),))
    try:
        seals = list(reader.embedded_signatures)
    except DAMAGED:
        return SealSeen((finding("pdf.seal"),))
    if len(seals) != 1:
        return SealSeen((finding("pdf.unsealed"),))
    return _seal_check(pdf, reader, seals[0])


def _seal_check(pdf: bytes, reader: PdfFileReader, seal: EmbeddedPdfSignature) -> SealSeen:
    """Return what is found about the only seal of a file."""
    try:
        certificate = seal.signer_cert
        found = list(_findings(pdf, seal))
        return SealSeen(tuple(found), certificate.dump(), seal.self_reported_timestamp, dict(_files(reader)))
    except DAMAGED:
        return SealSeen((finding("pdf.seal"),))


def _findings(pdf: bytes, seal: EmbeddedPdfSignature) -> Iterator[Finding]:
    """Yield what does not fit between the bytes, the seal and its certificate."""
    if not _covers(pdf, seal):
        yield finding("pdf.beyond")
    digest = seal.compute_digest()
    intact, valid = validate_sig_integrity(
        seal.signer_info, seal.signer_cert, expected_content_type="data", actual_digest=digest
    )
    if not intact:
        yield finding("pdf.bytes")
    if not valid:
        yield finding("pdf.signature")
    if not _is_as_written(pdf, seal):
        yield finding("pdf.seal")
    at = seal.self_reported_timestamp
    if at is None or not seal.signer_cert.not_valid_before <= at <= seal.signer_cert.not_valid_after:
        yield finding("pdf.expired")


def _covers(pdf: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Tell whether everything but the seal's own digits is signed."""
    ranges = [int(one) for one in seal.byte_range]
    if len(ranges) != 4:
        return False
    start, first, second, rest = ranges
    return start == 0 and 0 < first < second and second + rest == len(pdf) and pdf[first : first + 1] == b"<"


def _is_as_written(pdf: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Tell whether the digits of the seal are those that are written for what it signs, and no others.

    The signed attributes fix the certificate and the text, and the signature fixes the attributes. What is left
    (versions, names of algorithms, the padding) is built anew here and compared, so that no byte is free.
    """
    first, second = int(seal.byte_range[1]), int(seal.byte_range[2])
    written = pdf[first + 1 : second - 1]
    expected = cms_rebuild(seal.signed_data).hex().upper().encode().ljust(len(written), b"0")
    return written == expected and pdf[second - 1 : second] == b">" and _vouched(seal.signed_data)


def cms_rebuild(signed: cms.SignedData) -> bytes:
    """Return the signed data (RFC 5652) with the same certificates, attributes and signature, all else by the book."""
    info = signed["signer_infos"][0]
    leaf = info["sid"].chosen
    sha256 = {"algorithm": "sha256"}
    rebuilt = cms.SignedData({
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [one.chosen for one in signed["certificates"]],
        "signer_infos": [{
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", {
                "issuer": leaf["issuer"].untag(), "serial_number": leaf["serial_number"].native,
            }),
            "digest_algorithm": sha256,
            "signed_attrs": info["signed_attrs"].untag(),
            "signature_algorithm": {"algorithm": "sha256_rsa"},
            "signature": info["signature"].native,
        }],
    })  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": rebuilt}).dump())


def _vouched(signed: cms.SignedData) -> bool:
    """Tell whether every further certificate is one whose own signature holds: by itself, or by one beside it."""
    loaded = [certificates.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    for one in loaded:
        for issuer in loaded:
            try:
                one.verify_directly_issued_by(issuer)
            except (ValueError, TypeError, InvalidSignature):
                continue
            break
        else:
            if one is not loaded[0]:
                return False
    return bool(loaded)


def _files(reader: PdfFileReader) -> Iterator[tuple[str, bytes]]:
    """Yield the files that the PDF carries, by name."""
    names = reader.root.get("/Names", generic.DictionaryObject()).get("/EmbeddedFiles", generic.DictionaryObject())
    for name, spec in _leaves(names, 0):
        yield name, bytes(spec["/EF"]["/F"].data)[:LARGEST]


def _leaves(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a name tree."""
    if depth > DEEPEST:
        return
    pairs = node.get("/Names", [])
    for place in range(0, len(pairs) - 1, 2):
        yield str(pairs[place]), pairs[place + 1]
    for kid in node.get("/Kids", []):
        yield from _leaves(kid, depth + 1)


def certificate_name(certificate: bytes) -> str:
    """Return whose certificate it is, for people."""
    return str(x509.Certificate.load(certificate).subject.human_friendly)
