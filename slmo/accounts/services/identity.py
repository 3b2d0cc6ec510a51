"""Make sure at the moment of a weighty act that the person at the screen is the one who logged in."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from slmo.accounts.models import User

log = logging.getLogger(__name__)

TRIES = 5  # wrong answers within the pause below; then no answer is looked at until it is over
PAUSE = timedelta(minutes=15)
FRESH = timedelta(minutes=5)  # how long ago somebody without a password here may have logged in
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class Proof(NamedTuple):
    """What a person gives to show who they are: the password, the code of a second factor, when they logged in."""

    password: str = ""
    code: str = ""
    logged_in_at: datetime | None = None


def identity_confirm(*, user: User, proof: Proof, now: datetime) -> str:
    """Return how the person was recognised: `password`, `password+code` or `log-in`.

    Who has a password gives it; who has set up a second factor gives its code as well; who logs in elsewhere (OpenID
    Connect) has done so within the last five minutes. Raises ValidationError by field; five wrong answers close the
    act for a quarter of an hour.
    """
    if _tries(user) >= TRIES:
        minutes = PAUSE // timedelta(minutes=1)
        raise ValidationError(
            _("There were %(tries)d wrong answers. For your safety, nobody can confirm as you for %(minutes)d minutes.")
            % {"tries": TRIES, "minutes": minutes}
        )
    if not user.has_usable_password():
        _fresh(proof, now)
        return "log-in"
    if not user.check_password(proof.password):
        _failed(user, {"password": _("This is not your password.")})
    if not second_factor_of(user):
        _settled(user)
        return "password"
    if not _code_fits(user, proof.code):
        _failed(user, {"code": _("This code is not valid, or it has been used already. Wait for the next one.")})
    _settled(user)
    return "password+code"


def second_factor_of(user: User) -> bool:
    """Tell whether the person has set up a second factor whose code can be typed."""
    return Authenticator.objects.filter(user=user, type__in=SECOND).exists()


def _fresh(proof: Proof, now: datetime) -> None:
    """Raise ValidationError unless the log-in was a few minutes ago at most."""
    if proof.logged_in_at is None or not timedelta(0) <= now - proof.logged_in_at <= FRESH:
        raise ValidationError(
            _("You logged in more than %(minutes)d minutes ago. Log in again, then confirm.")
            % {"minutes": FRESH // timedelta(minutes=1)}
        )


def _code_fits(user: User, code: str) -> bool:
    """Tell whether a code belongs to one of the person's second factors; a code is taken once."""
    found = Authenticator.objects.filter(user=user, type__in=SECOND)
    typed = "".join(code.split())
    return bool(typed) and any(one.wrap().validate_code(typed) for one in found)


def _key(user: User) -> str:
    return f"identity:wrong:{user.pk}"


def _tries(user: User) -> int:
    """Return how many wrong answers there were lately."""
    return int(cache.get(_key(user), 0))


def _failed(user: User, sentences: dict[str, str]) -> None:
    """Count a wrong answer, and refuse it."""
    cache.add(_key(user), 0, PAUSE.total_seconds())
    count = cache.incr(_key(user))
    log.warning("Wrong answer %d when user %s was asked to confirm.", count, user.pk)
    raise ValidationError(sentences)


def _settled(user: User) -> None:
    """Forget the wrong answers before a right one."""
    cache.delete(_key(user))
