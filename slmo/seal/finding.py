"""What a check found wrong: one table of sentences, so that pages can translate them and tests can count them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FINDINGS: Mapping[str, str] = {
    "pdf.unreadable": "The file cannot be read as a PDF: it was damaged, or it is something else.",
    "pdf.unsealed": "The PDF carries no seal, or more than one.",
    "pdf.bytes": "The bytes of the PDF are not those that were sealed.",
    "pdf.beyond": "The seal does not cover the whole file: something was added to it or taken from it.",
    "pdf.seal": "The seal itself was changed.",
    "pdf.signature": "The digital signature of the seal does not fit its certificate.",
    "pdf.expired": "The certificate did not hold at the time of the seal.",
    "pdf.certificate": "The seal was made with another certificate than the expected one: {found}.",
    "pdf.attachment": "The PDF does not carry {name}.",
    "pdf.other": "This is not the file that the portal sealed: its SHA-256 is {found}, expected {expected}.",
    "text.digest": "The text does not have the digest that was signed: it has {found}, signed was {expected}.",
    "text.unreadable": "The text cannot be read: {reason}",
    "text.differs": "The text in {name} is not the text that was signed.",
    "text.dates": "The dates kept beside the text are not those in it.",
    "signature.digest": "The signature of the {side} names another text: {found}.",
    "signature.differs": (
        "The signature of the {side} is not kept as it was sealed: {field} is “{found}”, was “{expected}”."
    ),
    "signature.missing": "The signature of the {side} is missing.",
    "signature.audit": "The signature of the {side} is kept otherwise than the audit log has it.",
    "paper.missing": "No sealed paper is kept in the language “{language}”.",
    "paper.audit": "The sealed paper in the language “{language}” is not the one that the audit log names.",
    "audit.broken": "An entry of the audit log about this version was changed: {entry}.",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: its code in the table, and what the sentence names."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Return the finding in English."""
        return FINDINGS[self.code].format(**self.values)


def finding(code: str, **values: str) -> Finding:
    """Return a finding; raises KeyError for a code that the table does not know."""
    FINDINGS[code]
    return Finding(code, values)
