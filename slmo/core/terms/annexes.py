"""Reading `spec.annexes`: files that are part of what is signed, by their digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from slmo.core.errors import TermError
from slmo.core.terms.reader import Reader

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Annex:
    """A file of an agreement: `sha256` is the digest of its bytes, `size` how many there are."""

    name: str
    title: str
    sha256: str
    size: int


def annexes_read(spec: Reader) -> Iterator[Annex]:
    """Yield the annexes of a version; the same file stands once. Raises TermError."""
    seen: set[str] = set()
    for path, value in spec.items("annexes", "a list of annexes", ()):
        reader = Reader(value, path)
        reader.known("name", "title", "sha256", "size")
        name, digest = reader.text("name"), reader.text("sha256")
        if not _SHA256.fullmatch(digest):
            raise TermError(reader.at("sha256"), digest, "the SHA-256 of the file, in 64 hexadecimal digits")
        if digest in seen:
            raise TermError(reader.at("sha256"), digest, "each annex once")
        seen.add(digest)
        size = reader.number("size")
        if size.denominator != 1:
            raise TermError(reader.at("size"), reader.value["size"], "a whole number of bytes")
        yield Annex(name, reader.text("title", name), digest, int(size))
