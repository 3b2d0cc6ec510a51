"""What ISO 14289-1 asks of a PDF/UA-1 beyond what an archive asks, clause by clause."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils import generic

from tests.seal.standards.paper import Paper, at, of, rule

PDFUA, DC = "{http://www.aiim.org/pdfua/ns/id/}", "{http://purl.org/dc/elements/1.1/}"
PAINTING = frozenset(b"Tj TJ ' \" f F f* B B* b b* S s sh Do".split())
TOKEN = re.compile(rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)|<[0-9A-Fa-f\s]*>|<<|>>|[\[\]]|/?[^\s\[\]<>()/]+", re.S)


@rule("UA 5")
def for_screen_readers(paper: Paper) -> Iterator[str]:
    if paper.xmp(f"{PDFUA}part") != "1":
        yield "it does not say that it is PDF/UA-1"


@rule("UA 7.1")
def content_tagged(paper: Paper) -> Iterator[str]:
    for page in paper.pages:
        if "/StructParents" not in page:
            yield "a page outside of the structure"
        depth = 0
        for token in _tokens(page):
            depth += (token in (b"BDC", b"BMC")) - (token == b"EMC")
            if token in PAINTING and not depth:
                yield f"something is painted that is neither content nor ornament: {token.decode()}"
        if depth:
            yield "marked content that does not end"


@rule("UA 7.1 title")
def titled(paper: Paper) -> Iterator[str]:
    if not paper.xmp(f"{DC}title") or not of(of(paper.root, "/ViewerPreferences", {}), "/DisplayDocTitle"):
        yield "it has no title, or does not show it"


@rule("UA 7.3")
def figures(paper: Paper) -> Iterator[str]:
    for one in paper.elements:
        if paper.role(one) in ("Figure", "Formula") and not {"/Alt", "/ActualText"} & set(one):
            yield "a picture without words"


@rule("UA 7.4")
def headings(paper: Paper) -> Iterator[str]:
    levels = [int(name[1]) for one in paper.elements if re.fullmatch("H[1-6]", name := paper.role(one))]
    if not levels or levels[0] != 1 or any(later - one > 1 for one, later in pairwise(levels)):
        yield f"headings that skip a level: {levels}"


@rule("UA 7.5")
def tables(paper: Paper) -> Iterator[str]:
    for one in paper.elements:
        if paper.role(one) == "TH":
            said = of(one, "/A", {})
            rows = [at(row) for row in said] if isinstance(said, generic.ArrayObject) else [said]
            if not any(of(row, "/Scope") for row in rows) and "/ID" not in one:
                yield "a head of a table that does not say of what"


@rule("UA 7.18")
def fields_told(paper: Paper) -> Iterator[str]:
    for page in paper.pages:
        box = [float(side) for side in of(page, "/CropBox", page["/MediaBox"])]
        for one in map(at, of(page, "/Annots", [])):
            if of(page, "/Tabs") != "/S":
                yield "annotations that are not reached in reading order"
            rect = [float(side) for side in one["/Rect"]]
            outside = rect[2] <= box[0] or rect[0] >= box[2] or rect[3] <= box[1] or rect[1] >= box[3]
            if "/StructParent" not in one and not outside:
                yield "an annotation outside of the structure"
            if one["/Subtype"] == "/Widget" and not of(one, "/TU"):
                yield "a field without a name for people"


def _tokens(page: Any) -> Iterator[bytes]:
    """Yield the operators and operands of a page's content."""
    streams = page["/Contents"]
    parts = [at(one) for one in streams] if isinstance(streams, generic.ArrayObject) else [streams]
    yield from TOKEN.findall(b"\n".join(one.data for one in parts))
