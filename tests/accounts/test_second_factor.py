"""A second factor through the pages: set up, asked for at log-in, recovery codes, removed."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from slmo.accounts.models import User
from tests.support.people import person

PASSWORD = "a long enough sentence"


@pytest.fixture
def anna(db: None) -> User:
    cache.clear()
    return person("anna", password=PASSWORD)


def log_in(client: Client) -> str:
    """Give address and password; return where that leads."""
    answer = client.post(reverse("account_login"), {"login": "anna@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def confirm(client: Client) -> None:
    """Give the password once more."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def code_of(secret: str) -> str:
    """Return what an authenticator with the secret shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_it_is_set_up_asked_for_and_removed_through_the_pages(anna: User) -> None:
    client = Client()
    log_in(client)
    assert "Not set up." in client.get(reverse("mfa_index")).content.decode()
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # first the password once more
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r"mono m-0\">([A-Z2-7]+)<", page)
    assert secret is not None
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret[1])})
    assert Authenticator.objects.filter(user=anna, type="totp").exists()

    codes = re.search(r"<pre[^>]*>(.*?)</pre>", client.get(reverse("mfa_view_recovery_codes")).content.decode(), re.S)
    assert codes is not None
    assert "10 codes are left" in client.get(reverse("mfa_index")).content.decode()
    other = Client()
    assert log_in(other) == reverse("mfa_authenticate")
    assert other.get("/").status_code == 302
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert other.post(reverse("mfa_authenticate"), {"code": codes[1].split()[0]}).status_code == 302
    assert other.get("/").status_code == 200
    confirm(other)
    for name in ("mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert other.get(reverse(name)).status_code == 200
    other.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=anna).exists()
