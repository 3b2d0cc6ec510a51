"""The counterparty's command: files alone, an exit status, a line for each finding."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from slmo import verify
from slmo.seal.key import SealKey


def run(*arguments: object) -> int:
    return verify.main([str(one) for one in arguments])


def test_files_that_fit_are_said_to_fit(folder: Path, key: SealKey, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("agreement.yaml", "agreement.json"):
        assert run(folder / text, folder / "document.pdf", "--certificate", folder / "certificate.pem") == 0
        assert capsys.readouterr().out.startswith("Everything fits")
    assert run(folder / "document.pdf", "--fingerprint", key.fingerprint.upper()) == 0
    assert run(folder / "document.pdf") == 0
    assert "was not compared" in capsys.readouterr().out


def test_a_changed_text_pdf_or_certificate_is_named(
    folder: Path, other: SealKey, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, text = folder / "document.pdf", folder / "agreement.yaml"
    text.write_text(text.read_text().replace("99.9", "99.8"))
    (folder / "other.pem").write_text(other.certificate_pem)
    assert run(text, pdf, "--certificate", folder / "other.pem", "--digest", "0" * 64, "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in said["findings"]] == ["pdf.certificate", "text.digest", "text.differs"]
    content = bytearray(pdf.read_bytes())
    content[3000] ^= 1
    pdf.write_bytes(bytes(content))
    assert run(pdf) == 1
    assert "CHANGED: The bytes of the PDF are not those that were sealed." in capsys.readouterr().out


def test_unusable_input_ends_with_2_and_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nothing.pem").write_text("nothing")
    for arguments in (
        [folder / "absent.pdf"],
        [folder / "agreement.yaml"],
        [folder / "document.pdf", "--certificate", folder / "nothing.pem"],
    ):
        assert run(*arguments) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.strip()


def test_it_runs_without_django(folder: Path) -> None:
    script = (
        "import sys; from slmo import verify; "
        f"status = verify.main(['{folder / 'document.pdf'}']); "
        "assert not [name for name in sys.modules if name.split('.')[0] in ('django', 'celery', 'psycopg2')]; "
        "sys.exit(status)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0
