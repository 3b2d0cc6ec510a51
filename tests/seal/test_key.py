"""The key: made once, readable by its owner alone, replaced on request."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from slmo.seal.errors import SealError
from slmo.seal.key import SealKey, certificate_read, key_create, key_load, key_rotate

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, key: SealKey, quick: None) -> Path:
    """Return where a key is to lie."""
    return tmp_path / "own" / "seal.pem"


def test_it_is_made_once_whoever_comes_first(path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _n: key_create(path, "SLMO", NOW), range(4)))
    assert len({one.fingerprint for one in made}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["seal.pem"]


def test_a_key_that_others_can_read_is_refused(path: Path) -> None:
    key_create(path, "SLMO", NOW)
    path.chmod(0o640)
    with pytest.raises(SealError, match="chmod 600"):
        key_load(path)


def test_what_is_no_key_is_refused_in_a_sentence(path: Path) -> None:
    with pytest.raises(SealError, match="not to be read"):
        key_load(path)
    key_create(path, "SLMO", NOW)
    whole = path.read_text()
    other = key_create(path.with_name("other.pem"), "SLMO", NOW)
    for text in (
        "nothing",
        whole.split("-----BEGIN CERTIFICATE")[0],
        whole.split("-----BEGIN CERT")[0] + other.certificate_pem,
    ):
        path.write_text(text)
        with pytest.raises(SealError):
            key_load(path)
    with pytest.raises(SealError):
        certificate_read(b"nothing")


def test_a_new_key_replaces_the_old_one_of_which_the_certificate_stays(path: Path) -> None:
    first = key_create(path, "SLMO", NOW)
    old, new = key_rotate(path, "SLMO", NOW)
    assert old == first
    assert key_load(path) == new != old
    kept = path.parent / "retired" / f"{old.fingerprint}.pem"
    assert certificate_read(kept.read_bytes()) == old.certificate
    assert "PRIVATE" not in kept.read_text()


def test_the_certificate_is_for_signing_documents_and_nothing_else(key: SealKey) -> None:
    certificate = x509.load_der_x509_certificate(key.certificate)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.public_key().key_size >= 3072  # type: ignore[union-attr]
