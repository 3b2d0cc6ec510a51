"""Seal a paper: one digital signature over all its bytes, with the installation's key."""

import io
from concurrent.futures import ThreadPoolExecutor

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from slmo.seal.key import SealKey

FIELD = "Seal"
RESERVED = (
    16384  # hexadecimal digits for the signature: an RSA signature of 3072 bits with two certificates takes 6 000
)


def pdf_seal(pdf: bytes, *, key: SealKey, name: str, reason: str) -> bytes:
    """Return the file with a seal over all its bytes: PAdES, RSA with SHA-256, no changes permitted afterwards.

    `name` and `reason` are what readers of PDF show beside it; the time that it claims is that of the machine.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    # PDF/A-3 and PDF/UA-1 agree on an invisible field only where it lies outside of the page.
    unseen = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    field = SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=reason)
    store = SimpleCertificateStore.from_certs([x509.Certificate.load(one) for one in key.chain])
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(key.key),
        cert_registry=store,
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=name,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    sealer = signers.PdfSigner(meta, signer, new_field_spec=field)
    with ThreadPoolExecutor(1) as aside:  # it runs an event loop of its own, which the caller's thread may have already
        made = aside.submit(sealer.sign_pdf, writer, bytes_reserved=RESERVED).result()
    return bytes(made.getvalue())
