"""Files of a version, as they are read: its annexes, which its text names by their digests, and the others."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from agreements.models import Attachment, Version


def attachment_find(version: Version, sha256: str) -> Attachment:
    """Return a file of a version, also one that an earlier version brought and this one's text names as its annex.

    Raises Attachment.DoesNotExist; Conflict where the kept bytes do not have the digest any more.
    """
    rows = Attachment.objects.filter(version__agreement=version.agreement_id, sha256=sha256)
    if all(one["sha256"] != sha256 for one in annexes_of(version)):
        rows = rows.filter(version=version)
    found = rows.order_by("pk").first()
    if found is None:
        raise Attachment.DoesNotExist
    if hashlib.sha256(bytes(found.content)).hexdigest() != sha256:
        raise Conflict(_("The kept file does not match its digest."))
    return found


def attachments_of(version: Version) -> list[dict[str, Any]]:
    """Return the files of a version: its annexes in the order of its text, then the others."""
    named = annexes_of(version)
    digests = [one["sha256"] for one in named]
    kept = set(
        Attachment.objects.filter(version__agreement=version.agreement_id, sha256__in=digests).values_list(
            "sha256", flat=True
        )
    )
    annexes = [{**one, "annex": True, "missing": one["sha256"] not in kept} for one in named]
    others = version.attachments.exclude(sha256__in=digests).values("name", "title", "sha256", "size")
    return [*annexes, *({**one, "annex": False, "missing": False} for one in others)]


def annexes_check(version: Version) -> None:
    """Raise Refused where the text names an annex whose file is not here."""
    missing = [one["title"] for one in attachments_of(version) if one["missing"]]
    if missing:
        raise Refused(_("The file of an annex is missing: %(names)s.") % {"names": ", ".join(missing)})


def annexes_of(version: Version) -> list[Mapping[str, Any]]:
    """Return what the text of a version says about its annexes."""
    return list(version.document["spec"].get("annexes") or [])
