"""A sealed paper keeps to PDF/A-3 (level A) and PDF/UA-1, in both languages; and whatever breaks them is found."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from slmo.seal.key import SealKey
from slmo.seal.sealing import pdf_seal
from tests.seal.conftest import paper
from tests.seal.standards import RULES, broken
from tests.seal.standards.paper import at

Change = Callable[[IncrementalPdfFileWriter, Any, Any], object]  # the writer, the root, the first page
Name, Number = generic.NameObject, generic.NumberObject


def thing(**entries: Any) -> generic.DictionaryObject:
    """Return a dictionary; texts are names."""
    given = {Name(f"/{key}"): Name(f"/{one}") if isinstance(one, str) else one for key, one in entries.items()}
    return generic.DictionaryObject(given)


def beside(**entries: Any) -> Change:
    """Return a change that lets the file carry one thing more."""
    return lambda _writer, root, _page: root.update({Name("/Extra"): thing(**entries)})


def entry(key: str, value: Any) -> Change:
    """Return a change of one entry of the root; None takes it out."""

    def change(_writer: IncrementalPdfFileWriter, root: Any, _page: Any) -> None:
        if value is None:
            del root[f"/{key}"]
        else:
            root[Name(f"/{key}")] = value

    return change


def element(kind: str) -> Change:
    """Return a change that adds an element to the end of the structure."""

    def change(writer: IncrementalPdfFileWriter, root: Any, _page: Any) -> None:
        tree = root["/StructTreeRoot"]
        kids = tree.raw_get("/K")
        tree[Name("/K")] = generic.ArrayObject([*(kids if isinstance(kids, list) else [kids]), thing(S=kind)])
        writer.update_container(tree)

    return change


def annotation(**entries: Any) -> Change:
    """Return a change that adds an annotation in the middle of the first page."""

    def change(writer: IncrementalPdfFileWriter, _root: Any, page: Any) -> None:
        rect = generic.ArrayObject([Number(place) for place in (9, 9, 99, 99)])
        page[Name("/Annots")] = generic.ArrayObject([thing(Rect=rect, **entries)])
        writer.update_container(page)

    return change


def font(key: str, *, within: bool = False) -> Change:
    """Return a change that takes something off every font of the first page, or of what describes it."""

    def change(writer: IncrementalPdfFileWriter, _root: Any, page: Any) -> None:
        for one in page["/Resources"]["/Font"].values():
            found = at(one)
            found = at(found["/DescendantFonts"][0])["/FontDescriptor"] if within else found
            for name in [name for name in found if name.startswith(f"/{key}")]:
                del found[name]
            writer.update_container(found)

    return change


def painted(writer: IncrementalPdfFileWriter, _root: Any, page: Any) -> None:
    """Paint something that is neither content nor ornament."""
    more = writer.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f"))
    page[Name("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), more])
    writer.update_container(page)


def unrelated(writer: IncrementalPdfFileWriter, root: Any, _page: Any) -> None:
    """Forget what the first file is to the paper."""
    carried = at(root["/AF"][0])
    del carried["/AFRelationship"]
    writer.update_container(carried)


def elsewhere(writer: IncrementalPdfFileWriter, root: Any, _page: Any) -> None:
    """Let the first file lie outside."""
    stream = at(root["/AF"][0])["/EF"]["/F"]
    stream[Name("/FFilter")] = Name("/FlateDecode")
    writer.update_container(stream)


CHANGES: dict[str, Change | tuple[bytes, bytes]] = {
    "A 6.1.2": (b"%PDF-1.7", b"%PDF-1.9"),
    "A 6.1.3": (b"", b"more"),
    "A 6.1.7": elsewhere,
    "A 6.1.12": entry("Perms", thing(Own="Own")),
    "A 6.2.2": entry("OutputIntents", None),
    "A 6.2.4": beside(CS="DeviceCMYK"),
    "A 6.2.5": beside(Type="ExtGState", TR="Identity"),
    "A 6.2.8": beside(Subtype="Image", Interpolate=generic.BooleanObject(True)),
    "A 6.2.10": beside(Type="ExtGState", BM="Shiny"),
    "A 6.2.11.4, UA 7.21.4": font("FontFile", within=True),
    "A 6.2.11.7, UA 7.21.7": font("ToUnicode"),
    "A 6.3": annotation(Subtype="Text", F=Number(2)),
    "A 6.4": entry("AcroForm", thing(NeedAppearances=generic.BooleanObject(True))),
    "A 6.5": beside(S="Launch"),
    "A 6.6.2": (b"<?xpacket begin=", b"<?xpacket BEGIN="),
    "A 6.6.2.3": (b"<xmp:CreateDate>2026", b"<xmp:CreateDate>2025"),
    "A 6.6.4": (b"<pdfaid:conformance>A", b"<pdfaid:conformance>B"),
    "A 6.7, UA 6.2": entry("MarkInfo", thing(Marked=generic.BooleanObject(False))),
    "A 6.7.4, UA 7.2": entry("Lang", generic.pdf_string("")),
    "A 6.8": unrelated,
    "A 6.9": entry("OCProperties", thing(D="D")),
    "UA 5": (b"<pdfuaid:part>1", b"<pdfuaid:part>2"),
    "UA 7.1": painted,
    "UA 7.1 title": entry("ViewerPreferences", thing(Direction="L2R")),
    "UA 7.3": element("Figure"),
    "UA 7.4": element("H6"),
    "UA 7.5": element("TH"),
    "UA 7.18": annotation(Subtype="Widget", F=Number(4)),
}


def changed(change: Change | tuple[bytes, bytes]) -> bytes:
    """Return a paper with one thing of it changed."""
    made = paper()
    if isinstance(change, tuple):
        before, after = change
        if not before:
            return made + after
        assert made.count(before) == 1
        return made.replace(before, after)
    writer = IncrementalPdfFileWriter(io.BytesIO(made))
    change(writer, writer.root, writer.root["/Pages"]["/Kids"][0].get_object())
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_paper_keeps_to_both_standards_before_and_after_it_is_sealed(language: str, key: SealKey) -> None:
    made = paper(language)
    assert broken(made) == {}
    assert broken(pdf_seal(made, key=key, name="SLMO test", reason="Seal")) == {}


def test_every_clause_is_broken_once_below() -> None:
    assert set(CHANGES) == set(RULES)


@pytest.mark.wide
@pytest.mark.parametrize("clause", CHANGES)
def test_what_breaks_a_clause_is_found(clause: str) -> None:
    assert clause in broken(changed(CHANGES[clause]))
