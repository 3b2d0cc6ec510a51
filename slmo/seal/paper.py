"""Make the paper of an agreement: a tagged PDF/A-3 that is PDF/UA-1 too, the same bytes for the same data."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import typst

from slmo.seal.errors import SealError

HERE = Path(__file__).parent
FONTS, PAGES = HERE / "fonts", HERE / "pages"
STANDARDS: Any = ["a-3a", "ua-1"]  # for archives (ISO 19005-3, level A) and for screen readers (ISO 14289-1)


class Attached(NamedTuple):
    """A file that the paper carries; `relation`: what it is to the paper (`source`, `data`, `supplement`)."""

    name: str
    relation: str
    mime: str
    description: str
    content: str


def paper_make(data: Mapping[str, Any], files: Sequence[Attached], at: datetime) -> bytes:
    """Return the PDF of `data` as slmo/seal/pages/agreement.typ sets it, with the files attached and `at` as its date.

    The data go to typst as JSON, and are never read as markup. Nothing but these arguments decides the bytes.
    Raises SealError where the paper cannot be set.
    """
    listed = [one._asdict() | {"content": ""} for one in files]
    inputs = {"data": json.dumps({**data, "files": listed}, ensure_ascii=False)}
    inputs |= {one.name: one.content for one in files}
    try:
        compiler = typst.Compiler(input=PAGES / "agreement.typ", root=PAGES, font_paths=_fonts(), sys_inputs=inputs)
        made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=int(at.timestamp()))
    except typst.TypstError as error:
        raise SealError(f"The paper cannot be set: {error.message}") from error
    if not isinstance(made, bytes):
        raise SealError("The paper cannot be set: typst returned no file.")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Return PT Sans and PT Mono, and no font of the machine: the bytes must be the same everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
