"""Who sent a message: signed as Standard Webhooks are, or with a token where the sender cannot sign.

A signature is HMAC with SHA-256 over `<id>.<timestamp>.<body>`, in base64 after `v1,`; a header may carry several, and
two keys may be valid while one takes the other's place. (https://www.standardwebhooks.com)
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _

TOLERANCE = 300  # seconds that the sender's clock may be off
ID_MOST = 200
MARK = "whsec_"  # lets a leaked key be recognised by whoever finds it
_SIGNATURES_MOST = 20


class Refused(Exception):
    """A message that is not taken: the HTTP status and a sentence that says what was expected."""

    def __init__(self, status: int, sentence: Sentence) -> None:
        """Keep both for the answer."""
        super().__init__(sentence)
        self.status = status


class Sender(NamedTuple):
    """What a message says of itself: its name, empty where it has none, and the second of its signature."""

    id: str
    signed_at: int | None


def key_new() -> str:
    """Return a new key: 32 random bytes, written as Standard Webhooks writes them."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def signature_of(key: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return one entry of the header webhook-signature."""
    signed = f"{id_}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key_bytes(key), signed, "sha256")).decode("ascii")


def sender_known(keys: Sequence[str], headers: Mapping[str, str], body: bytes, now: int) -> Sender:
    """Return who sent a signed message; raise Refused with 401 unless one of the keys signed it just now."""
    id_, stamp, given = (headers.get(f"webhook-{name}", "").strip() for name in ("id", "timestamp", "signature"))
    if not (id_ and stamp and given):
        raise Refused(401, _("Expected the headers webhook-id, webhook-timestamp and webhook-signature."))
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Refused(401, _("Expected webhook-timestamp to be whole seconds since 1970."))
    if len(id_) > ID_MOST or not id_.isascii() or not id_.isprintable():
        raise Refused(
            401, _("Expected webhook-id to have at most %(count)d printable characters.") % {"count": ID_MOST}
        )
    at = int(stamp)
    wanted = [signature_of(key, id_, at, body).encode() for key in keys]
    signatures = given.encode().split()[:_SIGNATURES_MOST]
    matches = [hmac.compare_digest(one, other) for one in wanted for other in signatures]
    if not any(matches):
        raise Refused(401, _("The signature does not fit the body; see the source’s page for how it is made."))
    if abs(now - at) > TOLERANCE:
        sentence = _("The message’s time is %(away)s away from our clock; at most %(most)s are taken.")
        raise Refused(401, sentence % {"away": timedelta(seconds=abs(now - at)), "most": timedelta(seconds=TOLERANCE)})
    return Sender(id_, at)


def token_known(keys: Sequence[str], headers: Mapping[str, str]) -> Sender:
    """Return who sent a message with a token, as a bearer or as the password of any user; raise Refused with 401."""
    scheme, _space, given = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    known = [hmac.compare_digest(key.encode(), given.strip().encode()) for key in keys]
    if scheme.lower() not in ("bearer", "basic") or not any(known):
        raise Refused(401, _("Expected the header Authorization: Bearer with this webhook’s key."))
    return Sender("", None)


def _password(text: str) -> str:
    """Return the password of the scheme Basic; empty where there is none."""
    try:
        return base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _key_bytes(key: str) -> bytes:
    """Return the bytes that sign."""
    return base64.b64decode(key.removeprefix(MARK))
