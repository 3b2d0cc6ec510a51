"""What a sealed paper carries beside its pages: the text that was signed, and who signed it, as files."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from slmo.core.errors import EngineError
from slmo.core.terms import document_canonical
from slmo.core.yaml_file import documents_read
from slmo.seal.finding import Finding, finding

TEXT, YAML, SIGNATURES = "agreement.json", "agreement.yaml", "signatures.json"
FIELDS = ("signer", "method", "evidence", "digest", "signed_at")  # an organisation may be renamed


@dataclass(frozen=True)
class Signed:
    """One signature as it is sealed: which side, for whom, by whom, how recognised, under which text, when (UTC)."""

    side: str
    organisation: str
    signer: str
    method: str
    evidence: str
    digest: str
    signed_at: str


def signatures_write(name: str, version: int, digest: str, signatures: Sequence[Signed]) -> bytes:
    """Return the record of the signatures of one version, as JSON with sorted keys."""
    rows = [asdict(one) for one in sorted(signatures, key=lambda one: one.side)]
    record = {"agreement": name, "version": version, "digest": digest, "signatures": rows}
    return (json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def signatures_read(content: bytes) -> tuple[str, list[Signed]]:
    """Return digest and signatures of such a record; raises ValueError for another text."""
    try:
        record = json.loads(content)
        return str(record["digest"]), [Signed(**one) for one in record["signatures"]]
    except (KeyError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no record of signatures: {error}") from error


def digest_of(text: bytes) -> str:
    """Return the SHA-256 of a text in hexadecimal digits."""
    return hashlib.sha256(text).hexdigest()


def text_of_file(content: bytes) -> bytes:
    """Return the canonical text of the agreement in a file, YAML or JSON; raises ValueError.

    A file with several documents (an agreement with its amendments) has several texts; only one is expected here.
    """
    try:
        documents = documents_read(content)
        if len(documents) != 1:
            raise ValueError(f"found {len(documents)} documents, expected one.")
        return document_canonical(documents[0].data)
    except EngineError as error:
        raise ValueError(str(error)) from error


def files_check(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what does not fit between the files that a paper carries."""
    for name in (TEXT, YAML, SIGNATURES):
        if name not in files:
            yield finding("pdf.attachment", name=name)
            return
    digest = digest_of(files[TEXT])
    try:
        signed, signatures = signatures_read(files[SIGNATURES])
    except ValueError as error:
        yield finding("text.unreadable", reason=str(error))
        return
    if digest != signed:
        yield finding("text.digest", found=digest, expected=signed)
    for one in signatures:
        if one.digest != digest:
            yield finding("signature.digest", side=one.side, found=one.digest)


def text_check(content: bytes, name: str, signed: bytes) -> Iterator[Finding]:
    """Yield that a file, as YAML or canonical text, does not say what was signed; or that it cannot be read."""
    if content == signed:
        return
    try:
        found = text_of_file(content)
    except ValueError as error:
        yield finding("text.unreadable", reason=str(error))
        return
    if found != signed:
        yield finding("text.differs", name=name)


def signatures_check(kept: Sequence[Signed], sealed: Sequence[Signed]) -> Iterator[Finding]:
    """Yield every field in which the signatures that are kept differ from those that were sealed."""
    found = {one.side: one for one in kept}
    for one in sealed:
        own = found.pop(one.side, None)
        if own is None:
            yield finding("signature.missing", side=one.side)
            continue
        for name in FIELDS:
            if getattr(own, name) != getattr(one, name):
                expected, value = str(getattr(one, name)), str(getattr(own, name))
                yield finding("signature.differs", side=one.side, field=name, found=value, expected=expected)
    for side in found:
        yield finding("signature.differs", side=side, field="side", found=side, expected="")
