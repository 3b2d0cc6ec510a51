"""A file as the rules of the standards look at it, and the table of those rules."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
STANDARD = frozenset(
    ("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct", "Private",
     "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead",
     "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "Warichu",
     "RB", "RT", "RP", "WT", "WP", "Figure", "Formula", "Form")
)  # fmt: skip


def at(value: Any) -> Any:
    """Return what a reference leads to."""
    return value.get_object() if isinstance(value, generic.IndirectObject) else value


def of(node: Any, key: str, default: Any = None) -> Any:
    """Return what an entry of a dictionary leads to."""
    return at(node.raw_get(key)) if key in node else default


class Paper:
    """A file as the rules look at it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.reader = data, PdfFileReader(io.BytesIO(data), strict=False)
        self.root = self.reader.root
        self.found = list(self._objects())
        self.pages = [one for one in self.found if of(one, "/Type") == "/Page"]
        self.fonts = [one for one in self.found if of(one, "/Type") == "/Font"]
        self.annotations = [at(one) for page in self.pages for one in of(page, "/Annots", [])]
        tree = of(self.root, "/StructTreeRoot")
        self.elements = list(self._elements(tree)) if tree is not None else []
        self.roles: Mapping[str, Any] = of(tree, "/RoleMap", {}) if tree is not None else {}

    def _objects(self) -> Iterator[Any]:
        """Yield every dictionary and stream that is reached from the trailer, each once."""
        waiting, seen = [self.reader.trailer.raw_get("/Root"), self.reader.trailer_view.get("/Info")], set()
        while waiting:
            value = waiting.pop()
            if isinstance(value, generic.IndirectObject):
                if (value.idnum, value.generation) in seen:
                    continue
                seen.add((value.idnum, value.generation))
                value = value.get_object()
            if isinstance(value, generic.DictionaryObject):
                yield value
                waiting += [value.raw_get(key) for key in value]
            elif isinstance(value, generic.ArrayObject):
                waiting += [value.raw_get(place) for place in range(len(value))]

    def _elements(self, node: Any) -> Iterator[Any]:
        """Yield the elements of the structure in reading order."""
        kids = of(node, "/K", [])
        for kid in map(at, kids if isinstance(kids, generic.ArrayObject) else [kids]):
            if isinstance(kid, generic.DictionaryObject) and "/S" in kid:
                yield kid
                yield from self._elements(kid)

    @property
    def described(self) -> Any:
        """Return the XMP description."""
        return ElementTree.fromstring(self.root["/Metadata"].data)

    def xmp(self, name: str) -> str:
        """Return the text of a property of the XMP description; an empty text where there is none."""
        for one in self.described.iter(f"{RDF}Description"):
            if (text := one.get(name)) is not None:
                return str(text)
        return "".join(text for one in self.described.iter(name) for text in one.itertext()).strip()

    def role(self, element: Any) -> str:
        """Return the standard type of an element of the structure."""
        name = str(element["/S"])
        for _step in range(9):
            if name[1:] in STANDARD or name not in self.roles:
                break
            name = str(self.roles[name])
        return name[1:]


Rule = Callable[[Paper], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(clause: str) -> Callable[[Rule], Rule]:
    """Enter a rule under the clause that it stands for."""

    def enter(check: Rule) -> Rule:
        RULES[clause] = check
        return check

    return enter


def broken(data: bytes) -> dict[str, list[str]]:
    """Return the clauses that a file breaks, each with what is wrong."""
    paper = Paper(data)
    return {clause: wrong for clause, check in RULES.items() if (wrong := list(check(paper)))}
