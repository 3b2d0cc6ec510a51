"""What ISO 19005-3 asks of a PDF/A-3 of level A, clause by clause."""

import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic

from tests.seal.standards.paper import STANDARD, Paper, at, of, rule

XMP, PDFA = "{http://ns.adobe.com/xap/1.0/}", "{http://www.aiim.org/pdfa/ns/id/}"
FORBIDDEN = ("Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide", "SetOCGState", "Rendition", "Trans",
             "GoTo3DView", "JavaScript")  # fmt: skip
RELATIONS = ("/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified")
BLENDS = frozenset(
    ("Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn",
     "HardLight", "SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity")
)  # fmt: skip
PRINT, UNSEEN = 4, 1 | 2 | 32 | 256  # flags of an annotation: printed; invisible, hidden, no view, toggled


@rule("A 6.1.2")
def header(paper: Paper) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4,}\s", paper.data):
        yield "the header names no version, or no line of high bytes follows it"


@rule("A 6.1.3")
def trailer(paper: Paper) -> Iterator[str]:
    if len(paper.reader.trailer_view.get("/ID", [])) != 2:
        yield "the trailer has no identifier"
    if paper.reader.trailer_view.get("/Encrypt") is not None:
        yield "it is encrypted"
    if not re.search(rb"%%EOF(\r|\n|\r\n)?\Z", paper.data):
        yield "something follows the end"


@rule("A 6.1.7")
def streams(paper: Paper) -> Iterator[str]:
    for one in paper.found:
        if isinstance(one, generic.StreamObject):
            filters = of(one, "/Filter", [])
            names = filters if isinstance(filters, generic.ArrayObject) else [filters]
            if {"/LZWDecode", "/Crypt"} & {str(name) for name in names}:
                yield "a stream is packed in a way that is not permitted"
            if {"/FFilter", "/FDecodeParms"} & set(one) or ("/F" in one and of(one, "/Type") != "/EmbeddedFile"):
                yield "a stream lies in another file"


@rule("A 6.1.12")
def permissions(paper: Paper) -> Iterator[str]:
    if set(of(paper.root, "/Perms", {})) - {"/DocMDP", "/UR3"}:
        yield "permissions of an unknown kind"


@rule("A 6.2.2")
def output_intent(paper: Paper) -> Iterator[str]:
    found = [one for one in map(at, of(paper.root, "/OutputIntents", [])) if of(one, "/S") == "/GTS_PDFA1"]
    profiles = {bytes(at(one["/DestOutputProfile"]).data) for one in found if "/DestOutputProfile" in one}
    if len(found) != 1 or len(profiles) != 1:
        yield "there is not one output intent with a profile"
    for one in found:
        profile = at(of(one, "/DestOutputProfile"))
        if profile is not None and (profile.data[36:40], int(profile["/N"])) != (b"acsp", 3):
            yield "the profile is none of a device of three colours"


@rule("A 6.2.4")
def colours(paper: Paper) -> Iterator[str]:
    for one in paper.found:
        for key in ("/CS", "/ColorSpace"):
            value = of(one, key)
            names = [value] if not isinstance(value, generic.DictionaryObject) else value.values()
            if any("/DeviceCMYK" in str(name) for name in names):
                yield "a colour of no profile that is carried"


@rule("A 6.2.5")
def graphics_state(paper: Paper) -> Iterator[str]:
    for one in paper.found:
        if of(one, "/Type") == "/ExtGState" and (
            {"/TR", "/HTP"} & set(one) or of(one, "/TR2", "/Default") != "/Default"
        ):
            yield "a transfer function or halftone phase"


@rule("A 6.2.8")
def images(paper: Paper) -> Iterator[str]:
    for one in paper.found:
        if of(one, "/Subtype") == "/Image" and ({"/Alternates", "/OPI"} & set(one) or of(one, "/Interpolate")):
            yield "an image with alternates, or one that is to be smoothed"
        if of(one, "/Subtype") == "/PS" or (of(one, "/Subtype") == "/Form" and {"/OPI", "/Ref", "/PS"} & set(one)):
            yield "PostScript, or a reference to another file, among the pictures"


@rule("A 6.2.10")
def transparency(paper: Paper) -> Iterator[str]:
    for one in paper.found:
        if of(one, "/Type") == "/ExtGState" and str(of(one, "/BM", "/Normal"))[1:] not in BLENDS:
            yield "a blend mode that the standard does not know"


@rule("A 6.2.11.4, UA 7.21.4")
def fonts_carried(paper: Paper) -> Iterator[str]:
    if not paper.fonts:
        yield "no font at all"
    for font in paper.fonts:
        if font["/Subtype"] == "/Type0":
            if str(of(font, "/Encoding")) not in ("/Identity-H", "/Identity-V"):
                yield "a table of characters that is not carried"
            continue
        described = at(of(font, "/FontDescriptor")) or {}
        if font["/Subtype"] != "/Type3" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described):
            yield f"{of(font, '/BaseFont')} is not carried"
        if font["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in font:
            yield f"{of(font, '/BaseFont')} does not say which glyph is which"


@rule("A 6.2.11.7, UA 7.21.7")
def fonts_read(paper: Paper) -> Iterator[str]:
    for font in paper.fonts:
        if font["/Subtype"] in ("/CIDFontType0", "/CIDFontType2"):
            continue
        if "/ToUnicode" not in font:
            yield f"{of(font, '/BaseFont')} cannot be read as text"
        elif re.search(rb"<(0000|FEFF|FFFE)>\s*(\n|$)", at(font["/ToUnicode"]).data, re.I):
            yield f"{of(font, '/BaseFont')} has a sign that stands for nothing"


@rule("A 6.3")
def annotations(paper: Paper) -> Iterator[str]:
    for one in paper.annotations:
        if one["/Subtype"] in ("/3D", "/Sound", "/Screen", "/Movie", "/FileAttachment"):
            yield f"an annotation of the kind {one['/Subtype']}"
        flags = int(of(one, "/F", 0))
        if not flags & PRINT or flags & UNSEEN:
            yield "an annotation that is not printed, or hidden"
        rect = [float(side) for side in one["/Rect"]]
        if one["/Subtype"] not in ("/Link", "/Popup") and "/AP" not in one and (rect[0], rect[1]) != (rect[2], rect[3]):
            yield "an annotation that is seen and says not how"


@rule("A 6.4")
def forms(paper: Paper) -> Iterator[str]:
    form = of(paper.root, "/AcroForm", {})
    if of(form, "/NeedAppearances") or "/XFA" in form:
        yield "a form whose looks the reader makes up"
    if any({"/A", "/AA"} & set(one) for one in paper.annotations if one["/Subtype"] == "/Widget"):
        yield "a field that acts"


@rule("A 6.5")
def actions(paper: Paper) -> Iterator[str]:
    if "/AA" in paper.root or "/JavaScript" in of(paper.root, "/Names", {}):
        yield "the document acts"
    if any("/AA" in page for page in paper.pages):
        yield "a page acts"
    for one in paper.found:
        if str(of(one, "/S", ""))[1:] in FORBIDDEN:
            yield f"an act: {one['/S']}"


@rule("A 6.6.2")
def description(paper: Paper) -> Iterator[str]:
    found = of(paper.root, "/Metadata")
    if found is None or "/Filter" in found or of(found, "/Subtype") != "/XML":
        yield "the description is missing or packed"
    elif b"<?xpacket begin=" not in found.data or re.search(rb"<\?xpacket[^>]*(bytes|encoding)=", found.data):
        yield "the description does not say where it begins, or says too much"


@rule("A 6.6.4")
def for_archives(paper: Paper) -> Iterator[str]:
    if (paper.xmp(f"{PDFA}part"), paper.xmp(f"{PDFA}conformance")) != ("3", "A"):
        yield "it does not say that it is PDF/A-3, level A"


@rule("A 6.6.2.3")
def dates(paper: Paper) -> Iterator[str]:
    info = at(paper.reader.trailer_view.get("/Info")) or {}
    for key, name in (("/CreationDate", f"{XMP}CreateDate"), ("/ModDate", f"{XMP}ModifyDate")):
        one, other = (re.sub(r"\D", "", str(text))[:14] for text in (of(info, key, ""), paper.xmp(name)))
        if one and one != other:
            yield f"{key} says {one} here and {other} there"


@rule("A 6.7, UA 6.2")
def tagged(paper: Paper) -> Iterator[str]:
    marked = of(paper.root, "/MarkInfo", {})
    if not of(marked, "/Marked") or of(marked, "/Suspects"):
        yield "it is not marked as tagged, or as suspect"
    if not paper.elements:
        yield "it has no structure"
    for one in paper.elements:
        if paper.role(one) not in STANDARD:
            yield f"{one['/S']} is no kind of element"


@rule("A 6.7.4, UA 7.2")
def language(paper: Paper) -> Iterator[str]:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", str(of(paper.root, "/Lang", ""))):
        yield "it does not say in which language it is"


@rule("A 6.8")
def files(paper: Paper) -> Iterator[str]:
    carried = [one for one in paper.found if of(one, "/Type") == "/Filespec" or "/EF" in one]
    associated = [at(one) for one in of(paper.root, "/AF", [])]
    for one in carried:
        if not {"/F", "/UF"} <= set(one) or str(of(one, "/AFRelationship")) not in RELATIONS:
            yield f"{of(one, '/UF')} has no name, or no relation to the paper"
        stream = at(of(at(of(one, "/EF", {})), "/F"))
        if stream is None or not re.fullmatch(r"/[\w.+-]+/[\w.+-]+", str(of(stream, "/Subtype", ""))):
            yield f"{of(one, '/UF')} does not say what it is"
        if not any(of(one, "/UF") == of(other, "/UF") for other in associated):
            yield f"{of(one, '/UF')} belongs to nothing"


@rule("A 6.9")
def layers(paper: Paper) -> Iterator[str]:
    if {"/OCProperties", "/Requirements"} & set(paper.root) or "/AlternatePresentations" in of(
        paper.root, "/Names", {}
    ):
        yield "parts that are shown or not, or presentations beside it"
