"""Files that people hand in: looked at before they are kept, and never served as anything but a download."""

from collections.abc import Callable, Mapping
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.functional import lazy
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

BYTES_MOST = 5 * 1024 * 1024
NAME_LONGEST = 200


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    """Return a test for files that begin with one of these bytes."""
    return lambda content: content.startswith(starts)


def _is_text(content: bytes) -> bool:
    """Tell whether the content is UTF-8 text without control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(letter < " " and letter not in "\t\r\n\f" for letter in text)


# the end of a name → the type that it is served as, and whether the content is that
TYPES: Mapping[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".txt": ("text/plain; charset=utf-8", _is_text),
    ".log": ("text/plain; charset=utf-8", _is_text),
    ".csv": ("text/csv; charset=utf-8", _is_text),
    ".eml": ("message/rfc822", _is_text),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _begins(b"PK\x03\x04")),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _begins(b"PK\x03\x04")),
}


def _kinds_said() -> str:
    """Say which files may be handed in."""
    return _("Any of %(kinds)s, at most %(most)d MB.") % {"kinds": " ".join(sorted(TYPES)), "most": BYTES_MOST >> 20}


KINDS_SAID = lazy(_kinds_said, str)()  # in the reader's language, each time it is shown


def upload_check(upload: UploadedFile) -> tuple[str, bytes]:
    """Return the type and the content of a file that may be kept; raises ValidationError for `file`."""
    upload.seek(0)
    content = upload.read(BYTES_MOST + 1)
    if len(content) > BYTES_MOST:
        raise ValidationError({"file": _("The file is too large: at most %(most)d MB.") % {"most": BYTES_MOST >> 20}})
    if not content:
        raise ValidationError({"file": _("The file is empty.")})
    content_type, is_one = TYPES.get(PurePath(upload.name or "").suffix.lower(), ("", bool))
    if not content_type:
        said = _("Choose a file of one of these kinds: %(kinds)s.") % {"kinds": ", ".join(TYPES)}
        raise ValidationError({"file": said})
    if not is_one(content):
        raise ValidationError({"file": _("The file is not what its name says.")})
    return content_type, content


def upload_name(upload: UploadedFile) -> str:
    """Return the file's name without a path and without letters that a file system may refuse."""
    name = get_valid_filename(PurePath(upload.name or "file").name)
    return name if len(name) <= NAME_LONGEST else name[-NAME_LONGEST:]


def download(name: str, content_type: str, content: bytes) -> HttpResponse:
    """Return a file as a download that no browser opens in the portal's name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
