"""One key and one sealed paper for all tests of the seal: both take a while to make."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from slmo.seal.key import SealKey, key_create
from slmo.seal.paper import Attached, paper_make
from slmo.seal.record import SIGNATURES, TEXT, YAML, Signed, digest_of, signatures_write, text_of_file
from slmo.seal.sealing import pdf_seal

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = b"""\
apiVersion: slmo/v1
kind: Agreement
metadata: {name: payments-retail, title: Payments for Retail}
spec:
  timezone: Europe/Berlin
  effective: {from: 2026-01-01}
  objectives:
    - {name: availability, indicator: availability, target: ">= 99.9%", period: month}
"""
MARKUP = "#set text(red) *not bold* $x$ @nobody \\ [= no heading]"


def signatures() -> list[Signed]:
    """Return both sides' signatures."""
    digest = digest_of(text_of_file(TERMS))
    sides = (("provider", "Northlight IT", "Elena"), ("customer", "Baltic Retail", "Kaarel"))
    return [Signed(side, name, who, "password", "", digest, "2026-03-02T09:00:00Z") for side, name, who in sides]


def data(language: str = "en", digest: str = "") -> dict[str, Any]:
    """Return what the pages say, in few words."""
    clause = {"label": "Target", "text": MARKUP, "note": "", "main": True, "week": [], "tiers": None}
    week = [{"name": day, "open": [[32400, 64800]]} for day in "MTWTFSS"]
    tiers = {"head": ["Achieved", "Credit"], "rows": [["below 99 %", "25 %"]]}
    fixed = ("page", "signatures", "signed", "digest", "digest_note", "verify", "verify_text", "verify_command")
    return {
        "lang": language, "kind": "Service level agreement", "title": "Payments for Retail", "edition": "Version 1",
        "subtitle": "Version 1", "digest": digest or digest_of(text_of_file(TERMS)), "preamble": "Платежи – payments.",
        "parties": [{"role": "Provider", "name": "Northlight IT", "note": ""}],
        "facts": [{"label": "Service", "text": "Payments"}],
        "sections": [{"title": "Availability", "clauses": [clause, {**clause, "week": week, "tiers": tiers}],
                      "dates": [["Date", "Hours"], ["1 May 2026", "closed"]]}],
        "signatures": [{"side": "Provider", "organisation": "Northlight IT", "name": "Elena", "when": "now",
                        "method": "", "evidence": ""}],
        "sealed_by": "", "words": {**dict.fromkeys(fixed, "words"), "verify_page": ""},
    }  # fmt: skip


def paper(language: str = "en") -> bytes:
    """Return the paper before it is sealed."""
    text = text_of_file(TERMS)
    record = signatures_write("payments-retail", 1, digest_of(text), signatures())
    files = [
        Attached(TEXT, "source", "application/json", "text", text.decode()),
        Attached(YAML, "data", "application/yaml", "YAML", TERMS.decode()),
        Attached(SIGNATURES, "supplement", "application/json", "signatures", record.decode()),
    ]
    return paper_make(data(language), files, AT)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    """Return a key with its self-signed certificate."""
    return key_create(tmp_path_factory.mktemp("seal") / "own" / "seal.pem", "SLMO test", datetime.now(UTC))


@pytest.fixture(scope="session")
def sealed(key: SealKey) -> bytes:
    """Return a sealed paper."""
    return pdf_seal(paper(), key=key, name="SLMO test", reason="Seal")


@pytest.fixture
def folder(tmp_path: Path, key: SealKey, sealed: bytes) -> Path:
    """Return a folder with what a counterparty has: PDF, text and certificate."""
    (tmp_path / "document.pdf").write_bytes(sealed)
    (tmp_path / "agreement.yaml").write_bytes(TERMS)
    (tmp_path / "agreement.json").write_bytes(text_of_file(TERMS))
    (tmp_path / "certificate.pem").write_text(key.certificate_pem)
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys be short where only their handling is tested: a long one takes a second."""
    monkeypatch.setattr("slmo.seal.key.BITS", 1024)


@pytest.fixture
def other(tmp_path: Path, quick: None) -> SealKey:
    """Return somebody else's key."""
    return key_create(tmp_path / "other" / "seal.pem", "SLMO test", datetime.now(UTC))
