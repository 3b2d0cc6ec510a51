"""The paper: the same bytes for the same data, data that stay data, PDF/A-3 for archives, PDF/UA for screen readers."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from slmo.seal.check import pdf_check
from slmo.seal.errors import SealError
from slmo.seal.paper import FONTS, paper_make
from tests.seal.conftest import AT, TERMS, data, paper


def reader(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(pdf))


def followed(value: Any) -> Any:
    """Return what a reference leads to."""
    return value.get_object() if hasattr(value, "get_object") else value


def pages(node: Any) -> Iterator[Any]:
    """Yield the leaves of the tree of pages."""
    for kid in map(followed, node["/Kids"]):
        yield from pages(kid) if "/Kids" in kid else [kid]


def fonts(pdf: bytes) -> list[Any]:
    return [
        followed(font) for page in pages(reader(pdf).root["/Pages"]) for font in page["/Resources"]["/Font"].values()
    ]


def tags(node: Any) -> Iterator[str]:
    """Yield the names of the structure, from the top."""
    if isinstance(node, dict) and "/S" in node:
        yield str(node["/S"])
    kids = node.get("/K", []) if isinstance(node, dict) else []
    for kid in map(followed, kids if isinstance(kids, list) else [kids]):
        if isinstance(kid, dict):
            yield from tags(kid)


def test_the_same_data_are_the_same_bytes_and_other_data_are_others() -> None:
    assert paper() == paper()
    assert paper() != paper("ru")


def test_it_says_that_it_is_for_archives_and_for_screen_readers(sealed: bytes) -> None:
    root = reader(sealed).root
    said = root["/Metadata"].data.decode()
    for element in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        name, value = element.strip("<").split(">")
        assert element in said or f'{name}="{value}"' in said, element
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert any(intent["/S"] == "/GTS_PDFA1" for intent in map(followed, root["/OutputIntents"]))
    assert reader(paper("ru")).root["/Lang"] == "ru"


def test_its_structure_is_told_to_screen_readers(sealed: bytes) -> None:
    found = list(tags(reader(sealed).root["/StructTreeRoot"]))
    assert {"/H1", "/Table", "/TH", "/TD", "/P"} <= set(found)


def test_every_font_is_carried_inside(sealed: bytes) -> None:
    found = fonts(sealed)
    assert found
    for font in found:
        descriptor = followed(font["/DescendantFonts"][0])["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert "/ToUnicode" in font
        assert any(name in font["/BaseFont"] for name in ("PTSans", "PTMono"))
    assert "ParaType" in (FONTS / "LICENSE.txt").read_text()


def test_nothing_in_it_acts_or_reaches_out(sealed: bytes) -> None:
    root = reader(sealed).root
    assert not {"/OpenAction", "/AA"} & set(root)
    assert "/JavaScript" not in root["/Names"]


def test_it_carries_its_own_data_with_their_relation(sealed: bytes) -> None:
    files = pdf_check(sealed).files
    assert files["agreement.yaml"] == TERMS
    relations = {str(one["/UF"]): one["/AFRelationship"] for one in map(followed, reader(sealed).root["/AF"])}
    assert relations == {
        "agreement.json": "/Source", "agreement.yaml": "/Data", "signatures.json": "/Supplement",
    }  # fmt: skip


def test_the_field_of_the_seal_disturbs_neither_standard(sealed: bytes) -> None:
    field = reader(sealed).root["/AcroForm"]["/Fields"][0]
    assert int(field["/F"]) & 4  # printed: PDF/A
    assert not int(field["/F"]) & 2  # not hidden: PDF/A
    assert float(field["/Rect"][0]) < 0  # outside of the page: PDF/UA


def test_what_cannot_be_set_is_refused() -> None:
    with pytest.raises(SealError):
        paper_make({**data(), "digest": 7}, [], AT)
