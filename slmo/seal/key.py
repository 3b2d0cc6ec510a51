"""The installation's key for sealing: one PEM file with the private key and its certificates, readable by its owner.

The key never lies in the database: who can change rows can not seal what they wrote.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from slmo.seal.errors import SealError

BITS = 3072  # as strong as 128 bits (NIST SP 800-57, table 2)
YEARS = 10
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


@dataclass(frozen=True)
class SealKey:
    """A private key (PKCS #8, DER) with its certificate (DER) and those that vouch for it."""

    key: bytes
    certificate: bytes
    chain: tuple[bytes, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate."""
        return fingerprint_of(self.certificate)

    @property
    def certificate_pem(self) -> str:
        """Return the certificate as PEM."""
        return str(pem.armor("CERTIFICATE", self.certificate).decode())


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER) in hexadecimal digits."""
    return str(asn1_x509.Certificate.load(certificate).sha256.hex())


def certificate_read(text: bytes) -> bytes:
    """Return the first certificate of a PEM or DER file as DER; raises SealError."""
    try:
        loaded = x509.load_pem_x509_certificate(text) if b"-----BEGIN" in text else x509.load_der_x509_certificate(text)
    except ValueError as error:
        raise SealError("This is no certificate in PEM or DER.") from error
    return loaded.public_bytes(serialization.Encoding.DER)


def key_load(path: Path, passphrase: str = "") -> SealKey:
    """Return the key and certificates of a PEM file; raises SealError where it is open to others or does not fit."""
    _guarded(path)
    text = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(text, passphrase.encode() or None)
        certificates = x509.load_pem_x509_certificates(text)
    except (ValueError, TypeError) as error:
        raise SealError(f"{path} does not hold a private key and its certificate in PEM: {error}") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SealError(f"{path} holds a key of another kind; expected an RSA key.")
    first = certificates[0]
    if first.public_key() != key.public_key():
        raise SealError(f"The first certificate in {path} does not belong to the key in it.")
    der = [one.public_bytes(serialization.Encoding.DER) for one in certificates]
    return SealKey(_pkcs8(key), der[0], tuple(der[1:]))


def key_create(path: Path, name: str, now: datetime) -> SealKey:
    """Make a key with a self-signed certificate; where a file is there already (another process was first), read it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_pem_made(name, now))
        try:
            os.link(made, path)  # all or nothing; of two processes one wins
        except FileExistsError:
            pass  # the other's key is read below
        finally:
            made.unlink()
    return key_load(path)


def key_rotate(path: Path, name: str, now: datetime) -> tuple[SealKey, SealKey]:
    """Put a new key in the place of the old one; return both.

    Of the old one only the certificate is kept, beside the new key, so that nobody seals with it again.
    """
    old = key_load(path)
    kept = path.parent / "retired" / f"{old.fingerprint}.pem"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    kept.write_text(old.certificate_pem)
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_pem_made(name, now))
    made.replace(path)
    return old, key_load(path)


def _guarded(path: Path) -> None:
    """Raise SealError unless the file exists, and is readable by its owner alone, who runs this process or is root."""
    try:
        found = path.stat()
    except OSError as error:
        raise SealError(f"The key for sealing is not to be read: {error}") from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):o}"
        raise SealError(f"{path} is open to others (mode {mode}); expected 600: chmod 600 {path}")
    if found.st_uid not in (os.geteuid(), 0):
        raise SealError(f"{path} belongs to user {found.st_uid}; expected the user of the portal, {os.geteuid()}.")


def _pkcs8(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PKCS #8 in DER."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem_made(name: str, now: datetime) -> bytes:
    """Return a new private key and its self-signed certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + _self_signed(key, name, now).public_bytes(serialization.Encoding.PEM)


def _self_signed(key: rsa.RSAPrivateKey, name: str, now: datetime) -> x509.Certificate:
    """Return a certificate for signing documents in the name of the installation."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    start = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=5))
        .not_valid_after(start + timedelta(days=round(365.25 * YEARS)))
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
