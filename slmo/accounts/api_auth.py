"""Log-in of programs: `Authorization: Bearer slmo_…`."""

import hmac
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from slmo.accounts.models import ApiToken, User
from slmo.accounts.services.token import MARK, digest_of

USED_STEP = timedelta(minutes=1)  # how fine the last use is noted, so that not every request writes


class TokenAuthentication(BaseAuthentication):
    """Know the user by an API token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user, or None where the request carries no token of the portal.

        Raises AuthenticationFailed for a token that is unknown, revoked or expired, or whose user is not active.
        """
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer" or not words[1].startswith(MARK):
            return None
        now = timezone.now()
        token = token_find(words[1], now)
        if token is None:
            raise AuthenticationFailed(_("This token is not valid. Issue a new one under Administration, Tokens."))
        _used(token, now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 answer asks for."""
        return 'Bearer realm="SLMO"'


def token_find(secret: str, now: datetime) -> ApiToken | None:
    """Return the valid token with this text, or None."""
    prefix = secret[: len(MARK) + 8]
    token = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True, user__is_active=True)
        .filter(prefix=prefix)
        .first()
    )
    if token is None or not hmac.compare_digest(token.digest, digest_of(secret)):
        return None
    return token


def _used(token: ApiToken, now: datetime) -> None:
    """Note the use, to the minute."""
    if token.last_used_at is None or now - token.last_used_at >= USED_STEP:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenScheme(OpenApiAuthenticationExtension):
    """Describe the log-in in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme as OpenAPI writes it."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "slmo_…"}
