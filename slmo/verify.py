"""Check a sealed agreement from files: `python -m slmo.verify agreement.yaml document.pdf`.

docs/signing.md says what is compared. Neither the portal nor its database is asked. Exit status: 0 everything fits;
1 something was changed, each finding a line on standard output; 2 unusable input, with the reason on standard error.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slmo.seal.check import SealSeen, certificate_name, pdf_check
from slmo.seal.errors import SealError
from slmo.seal.finding import Finding, finding
from slmo.seal.key import certificate_read, fingerprint_of
from slmo.seal.record import SIGNATURES, TEXT, Signed, digest_of, files_check, signatures_read, text_check

LARGEST = 64 * 1024 * 1024  # bytes of one file


class Refused(Exception):
    """Unusable input: the sentence for standard error."""


@dataclass
class Report:
    """What one run found."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    digest: str = ""
    signatures: list[Signed] = field(default_factory=list)
    fingerprint: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it would say is said below, in a sentence
    options = _parser().parse_args(arguments)
    try:
        report = verify(options.files, options.certificate, options.fingerprint, options.digest)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    print(_json(report) if options.json else _text(report))
    return 1 if report.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m slmo.verify", allow_abbrev=False,
        description="Check that a sealed agreement, and its text beside it, are byte for byte what was signed.",
    )  # fmt: skip
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the PDF, and agreement.yaml or .json")
    parser.add_argument("--certificate", type=Path, metavar="FILE.pem", help="whose seal it must be")
    parser.add_argument("--fingerprint", metavar="HEX", help="the same, by the certificate's SHA-256")
    parser.add_argument("--digest", metavar="HEX", help="the digest of the text that was signed")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")
    return parser


def verify(
    files: Sequence[Path], certificate: Path | None = None, fingerprint: str | None = None, digest: str | None = None
) -> Report:
    """Return what does not fit between a PDF, the files beside it, and what is expected; raises Refused."""
    contents = {path.name: _read(path) for path in files}
    pdfs = [name for name, content in contents.items() if content[:1024].lstrip().startswith(b"%PDF")]
    pdfs = pdfs or [name for name in contents if name.lower().endswith(".pdf")]
    if len(pdfs) != 1:
        raise Refused(f"Found {len(pdfs)} PDF files, expected one, with its text as YAML or JSON beside it.")
    seen = pdf_check(contents.pop(pdfs[0]))
    report = Report(list(seen.findings), fingerprint=seen.fingerprint)
    _expected(report, seen, certificate, fingerprint)
    if seen.files:
        _carried(report, seen, contents, digest)
    return report


def _read(path: Path) -> bytes:
    """Return a file's bytes."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def _expected(report: Report, seen: SealSeen, certificate: Path | None, fingerprint: str | None) -> None:
    """Hold the certificate of the seal against the one that is expected."""
    wanted = (fingerprint or "").lower().replace(":", "").replace(" ", "")
    if certificate is not None:
        try:
            wanted = fingerprint_of(certificate_read(_read(certificate)))
        except SealError as error:
            raise Refused(f"{certificate}: {error}") from error
    if not seen.certificate:
        return
    if wanted and wanted != seen.fingerprint:
        report.findings.append(finding("pdf.certificate", found=seen.fingerprint))
    name = certificate_name(seen.certificate)
    at = f"{seen.sealed_at:%Y-%m-%d %H:%M:%S} UTC" if seen.sealed_at else "an unknown time"
    report.notes.append(f"Sealed by: {name}, certificate {seen.fingerprint}, at {at}.")
    if not wanted:
        report.notes.append(
            "Whose certificate this is was not compared: ask the provider for it, and give it as --certificate."
        )


def _carried(report: Report, seen: SealSeen, beside: dict[str, bytes], digest: str | None) -> None:
    """Hold what the paper carries against itself, the files beside it, and the expected digest."""
    report.findings += files_check(seen.files)
    if TEXT not in seen.files or SIGNATURES not in seen.files:
        return
    signed = seen.files[TEXT]
    report.digest = digest_of(signed)
    if digest and digest.lower() != report.digest:
        report.findings.append(finding("text.digest", found=report.digest, expected=digest.lower()))
    for name, content in beside.items():
        report.findings += text_check(content, name, signed)
    try:
        _digest, report.signatures = signatures_read(seen.files[SIGNATURES])
    except ValueError:
        return  # told by files_check


def _text(report: Report) -> str:
    """Return the report in sentences."""
    lines = [f"CHANGED: {one.sentence}" for one in report.findings]
    if not report.findings:
        lines.append("Everything fits: the file is byte for byte what was sealed.")
    lines += [f"Text signed (SHA-256): {report.digest}"] if report.digest else []
    lines += [
        f"Signed for the {one.side}, {one.organisation}: {one.signer}, {one.signed_at}" for one in report.signatures
    ]
    return "\n".join(lines + report.notes)


def _json(report: Report) -> str:
    """Return the report as JSON."""
    found = [{"code": one.code, "values": dict(one.values), "sentence": one.sentence} for one in report.findings]
    signatures = [vars(one) for one in report.signatures]
    return json.dumps(
        {
            "fits": not report.findings,
            "findings": found,
            "digest": report.digest,
            "signatures": signatures,
            "certificate_sha256": report.fingerprint,
            "notes": report.notes,
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
