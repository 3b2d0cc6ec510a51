"""Log-in by e-mail address, its lock-out, and passwords."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from slmo.accounts.models import User
from slmo.audit.models import Entry
from tests.support.people import organisation, person

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough sentence"
LOGIN = "/login/"


@pytest.fixture(autouse=True)
def user() -> User:
    cache.clear()
    return person("ann", organisation("north"), 5, password=PASSWORD)


def log_in(client: Client, password: str = PASSWORD, login: str = "ann@example.org") -> object:
    return client.post(LOGIN, {"login": login, "password": password})


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_logs_in_with_the_address_in_any_case(client: Client) -> None:
    log_in(client, login="ANN@Example.org")
    assert logged_in(client)


def test_a_wrong_password_does_not_log_in(client: Client) -> None:
    log_in(client, "wrong")
    assert not logged_in(client)


def test_five_wrong_passwords_close_the_log_in_even_for_the_right_one(client: Client) -> None:
    answers = [log_in(client, f"wrong {turn}") for turn in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]  # type: ignore[attr-defined]
    assert "15 minutes" in answers[-1].content.decode()  # type: ignore[attr-defined]
    assert log_in(client, login="Ann@example.org").status_code == 429  # type: ignore[attr-defined]
    assert not logged_in(client)


def test_another_person_is_not_shut_out_with_them(client: Client) -> None:
    person("bob", password=PASSWORD)
    for turn in range(6):
        log_in(client, f"wrong {turn}")
    log_in(client, login="bob@example.org")
    assert logged_in(client)


def test_a_deactivated_person_does_not_log_in(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    log_in(client)
    assert not logged_in(client)


def test_nobody_signs_up(client: Client) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), form)
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_forgotten_password_is_set_by_a_letter_in_the_readers_language_and_recorded(
    client: Client, user: User
) -> None:
    client.post(reverse("account_reset_password"), {"email": "ANN@example.org"})
    (letter,) = mail.outbox
    assert letter.to == ["ann@example.org"]
    link = re.search(r"/account/password/reset/key/[^\s]+", letter.body)
    assert link is not None
    form = client.get(link.group(), follow=True)
    changed = client.post(
        form.request["PATH_INFO"], {"password1": "another long sentence", "password2": "another long sentence"}
    )
    assert changed.status_code == 302
    log_in(client, "another long sentence")
    assert logged_in(client)
    entry = Entry.objects.filter(action="user_change_password").get()
    assert "another long" not in entry.content


def test_an_address_that_nobody_has_gets_the_same_answer(client: Client) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "ann@example.org"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_logging_out_needs_a_post(client: Client, user: User) -> None:
    client.force_login(user)
    client.get(reverse("account_logout"))
    assert logged_in(client)
    client.post(reverse("account_logout"))
    assert not logged_in(client)
