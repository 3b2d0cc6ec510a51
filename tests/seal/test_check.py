"""Every byte of a sealed paper counts: whatever is changed is found, and named."""

import io
import random

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from slmo.seal.check import pdf_check
from slmo.seal.finding import FINDINGS, finding
from slmo.seal.key import SealKey
from slmo.seal.record import Signed, files_check, signatures_check, text_check, text_of_file
from slmo.seal.sealing import pdf_seal
from tests.seal.conftest import TERMS, paper, signatures


def codes(pdf: bytes) -> set[str]:
    return {one.code for one in pdf_check(pdf).findings}


def changed(pdf: bytes, place: int, bit: int = 1) -> bytes:
    """Return the file with one bit of one byte turned."""
    copy = bytearray(pdf)
    copy[place] ^= bit
    return bytes(copy)


def seal_places(pdf: bytes) -> tuple[int, int]:
    """Return where the digits of the seal begin and end."""
    ranges = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].byte_range
    return int(ranges[1]) + 1, int(ranges[2]) - 1


def test_what_was_sealed_fits(sealed: bytes, key: SealKey) -> None:
    seen = pdf_check(sealed)
    assert not seen.findings
    assert seen.fingerprint == key.fingerprint
    assert not list(files_check(seen.files))


def test_a_changed_byte_is_found_wherever_it_is(sealed: bytes) -> None:
    begin, end = seal_places(sealed)
    chance = random.Random(4)
    places = {*range(6), *range(len(sealed) - 6, len(sealed)), begin - 1, begin, end - 1, end}
    places |= {chance.randrange(len(sealed)) for _number in range(20)}
    places |= {chance.randrange(begin, begin + 3500) for _number in range(25)}  # the seal: 1 759 bytes, two digits each
    places |= {chance.randrange(begin + 3600, end) for _number in range(4)}  # its padding
    missed = [place for place in sorted(places) if not codes(changed(sealed, place))]
    assert not missed


@pytest.mark.parametrize("bit", [2, 32])
def test_the_digits_of_the_seal_stand_in_one_way_only(sealed: bytes, bit: int) -> None:
    """32 turns a letter into its small one, which means the same number to every reader of PDF."""
    begin, _end = seal_places(sealed)
    letters = [place for place in range(begin, begin + 3500) if chr(sealed[place]) in "ABCDEF"]
    for place in letters[:: len(letters) // 8]:
        assert codes(changed(sealed, place, bit)) & {"pdf.seal", "pdf.signature"}


def test_what_is_added_or_cut_off_is_found(sealed: bytes) -> None:
    assert codes(sealed + b"\n") == {"pdf.beyond"}
    assert codes(sealed[:-1])
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    later = io.BytesIO()
    writer.write(later)
    assert "pdf.beyond" in codes(later.getvalue())


def test_a_paper_without_a_seal_or_with_two_is_no_sealed_paper(sealed: bytes, key: SealKey) -> None:
    assert codes(paper()) == {"pdf.unsealed"}
    assert codes(b"no pdf") == codes(b"") == {"pdf.unreadable"}


def test_somebody_elses_seal_has_another_fingerprint(sealed: bytes, other: SealKey) -> None:
    seen = pdf_check(pdf_seal(paper(), key=other, name="SLMO test", reason="Seal"))
    assert not seen.findings  # by itself it is sound; whose it is, the reader compares
    assert seen.fingerprint != pdf_check(sealed).fingerprint


def test_text_and_signatures_are_held_against_what_was_sealed() -> None:
    text = text_of_file(TERMS)
    assert not list(text_check(TERMS, "agreement.yaml", text))
    assert not list(text_check(TERMS.replace(b"  ", b"    "), "agreement.yaml", text))  # the same terms
    for place in range(0, len(text), 37):
        assert list(text_check(changed(text, place), "agreement.json", text)), place
    kept = signatures()
    assert not list(signatures_check(kept, signatures()))
    for name in ("signer", "method", "evidence", "digest", "signed_at"):
        other = [Signed(**{**vars(kept[0]), name: "x"}), kept[1]]
        assert [one.code for one in signatures_check(other, kept)] == ["signature.differs"]
    assert [one.code for one in signatures_check(kept[:1], kept)] == ["signature.missing"]


def test_every_finding_is_a_sentence_of_the_table() -> None:
    names = {"found": "a", "expected": "b", "name": "c", "side": "d", "field": "e", "reason": "f", "language": "g"}
    for code in FINDINGS:
        assert finding(code, **names, entry="1").sentence.endswith((".", "f", "a"))
    with pytest.raises(KeyError):
        finding("nothing")
