"""Verbs of tokens for the HTTP API."""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from slmo.accounts.errors import Denied
from slmo.accounts.journal import recorder
from slmo.accounts.models import ApiToken, User
from slmo.accounts.policy import require
from slmo.accounts.services.reach import organisations_of

MARK = "slmo_"  # lets a leaked token be recognised by whoever finds it


class Issued(NamedTuple):
    """A new token: its row, and the text that is shown this once."""

    token: ApiToken
    secret: str


@transaction.atomic
def api_token_issue(*, name: str, actor: User, now: datetime, expires_at: datetime | None = None) -> Issued:
    """Issue a token that acts in the actor's own name; its text is returned once and kept as a digest only.

    Raises Denied, and ValidationError for an end that is not in the future.
    """
    require(actor, "token_issue")
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": _("A token’s last day must lie in the future.")})
    prefix = MARK + secrets.token_hex(4)  # 32 bits find the row
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"  # 256 bits keep it
    token = ApiToken(
        user=actor, name=name.strip(), prefix=prefix, digest=digest_of(secret), created_at=now, expires_at=expires_at
    )
    token.full_clean()
    token.save(force_insert=True)
    _record(actor, "api_token_issue", token, {"expires_at": expires_at}, now)
    return Issued(token, secret)


@transaction.atomic
def api_token_revoke(*, token: ApiToken, actor: User, now: datetime) -> ApiToken:
    """Make a token worthless; one's own, or anybody's where one may edit users. Raises Denied."""
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if token.user != actor:
        _require_others(actor, token)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=("revoked_at",))
        _record(actor, "api_token_revoke", token, {"revoked_at": now}, now)
    return token


def digest_of(secret: str) -> str:
    """Return what is kept of a token: SHA-256 in hex; a token is random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _require_others(actor: User, token: ApiToken) -> None:
    """Raise Denied unless the actor may edit the token's user."""
    organisations = organisations_of(token.user)
    if not organisations:
        raise Denied(_("This token belongs to somebody else."), "token_issue")
    for organisation in organisations:
        require(actor, "user_edit", organisation)


def _record(actor: User, action: str, token: ApiToken, after: dict[str, object], now: datetime) -> None:
    """Write the audit entry; it names the token by its prefix."""
    recorder()(
        actor=actor,
        action=action,
        subject=token,
        after={"name": token.name, "user": str(token.user), **after},
        organisations=organisations_of(token.user),
        now=now,
    )
