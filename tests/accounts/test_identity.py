"""Who confirms a weighty act is the one who logged in: password, second factor, or a fresh log-in elsewhere."""

from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.exceptions import ValidationError

from slmo.accounts.models import User
from slmo.accounts.services.identity import TRIES, Proof, identity_confirm
from tests.support.people import NOW, person

PASSWORD = "a long enough sentence"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def anna(db: None) -> User:
    cache.clear()
    return person("anna", password=PASSWORD)


def code_now() -> str:
    """Return the code that an authenticator with the secret shows now."""
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


def refused(user: User, proof: Proof) -> ValidationError:
    with pytest.raises(ValidationError) as error:
        identity_confirm(user=user, proof=proof, now=NOW)
    return error.value


def test_a_password_is_enough_without_a_second_factor(anna: User) -> None:
    assert identity_confirm(user=anna, proof=Proof(PASSWORD), now=NOW) == "password"
    assert "password" in refused(anna, Proof("guess")).message_dict


def test_who_has_a_second_factor_gives_its_code_too_and_each_code_once(anna: User) -> None:
    TOTP.activate(anna, SECRET)
    for wrong in ("", "000000"):
        assert "code" in refused(anna, Proof(PASSWORD, wrong)).message_dict
    code = code_now()
    assert identity_confirm(user=anna, proof=Proof(PASSWORD, code), now=NOW) == "password+code"
    assert "code" in refused(anna, Proof(PASSWORD, code)).message_dict


def test_a_recovery_code_stands_in_for_a_lost_authenticator_once(anna: User) -> None:
    TOTP.activate(anna, SECRET)
    code = RecoveryCodes.activate(anna).get_unused_codes()[0]
    assert identity_confirm(user=anna, proof=Proof(PASSWORD, code), now=NOW) == "password+code"
    assert "code" in refused(anna, Proof(PASSWORD, code)).message_dict


def test_five_wrong_answers_close_the_act_for_the_right_one_too(anna: User) -> None:
    for _number in range(TRIES):
        refused(anna, Proof("guess"))
    assert "15 minutes" in refused(anna, Proof(PASSWORD)).messages[0]


def test_a_right_answer_forgets_the_wrong_ones(anna: User) -> None:
    for _round in range(2):
        for _number in range(TRIES - 1):
            refused(anna, Proof("guess"))
        assert identity_confirm(user=anna, proof=Proof(PASSWORD), now=NOW) == "password"


def test_who_logs_in_elsewhere_has_done_so_just_now(db: None) -> None:
    cache.clear()
    guest = person("guest")
    assert not guest.has_usable_password()
    recent, old = NOW - timedelta(minutes=4), NOW - timedelta(minutes=6)
    assert identity_confirm(user=guest, proof=Proof(logged_in_at=recent), now=NOW) == "log-in"
    for at in (None, old, NOW + timedelta(minutes=1)):
        assert "Log in again" in refused(guest, Proof("anything", logged_in_at=at)).messages[0]
