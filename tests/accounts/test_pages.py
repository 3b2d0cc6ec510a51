"""Pages of the account and of administration."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from slmo.accounts.models import ApiToken, Organisation, User
from slmo.accounts.services import api_token_issue
from tests.support.people import NOW, organisation, person

pytestmark = pytest.mark.django_db
LISTS = ("administration_users", "administration_organisations", "administration_audit")


@pytest.fixture
def north() -> Organisation:
    return organisation("north")


@pytest.fixture
def boss(north: Organisation, client: Client) -> User:
    user = person("boss", north, 6)
    client.force_login(user)
    return user


@pytest.mark.wide
@pytest.mark.parametrize(
    "name",
    [
        "preferences",
        "notification_preferences",
        "notifications_all",
        "administration",
        "administration_tokens",
        "administration_user_new",
        "administration_organisation_new",
        *LISTS,
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_answers_whoever_may_see_it_and_sends_strangers_to_log_in(
    name: str, language: str, boss: User, client: Client
) -> None:
    User.objects.filter(pk=boss.pk).update(language=language)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()
    stranger = Client().get(reverse(name))
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/login/")


@pytest.mark.parametrize("name", [*LISTS, "administration_user_new", "administration_organisation_new"])
def test_a_customers_representative_is_refused_administration(name: str, client: Client) -> None:
    client.force_login(person("carl", organisation("baltic", "customer")))
    assert client.get(reverse(name)).status_code == 403


def test_one_organisations_people_may_not_post_what_they_may_not_do(boss: User, client: Client) -> None:
    stranger = person("sid", organisation("south"), 3)
    answer = client.post(
        reverse("administration_user", args=[stranger.pk]), {"name": "Sidney", "email": "sid@example.org"}
    )
    assert answer.status_code == 403
    stranger.refresh_from_db()
    assert stranger.name == "Sid"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_queries_for_one_row_and_for_many(
    name: str, boss: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        person(f"p{number}", organisation(f"o{number}", "customer"))
    with django_assert_max_num_queries(12):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_list_exports_what_it_shows(name: str, boss: User, client: Client) -> None:
    answer = client.get(reverse(name), {"export": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    assert "Boss" in answer.content.decode() or "North" in answer.content.decode()


def test_a_user_is_created_assigned_and_deactivated_through_pages(
    boss: User, north: Organisation, client: Client
) -> None:
    answer = client.post(
        reverse("administration_user_new"),
        {"name": "New", "email": "new@example.org", "language": "ru", "timezone": "Europe/Moscow"},
    )
    user = User.objects.get(email="new@example.org")
    assert answer["Location"] == reverse("administration_user", args=[user.pk])
    client.post(reverse("assignment_new", args=[user.pk]), {"organisation": north.pk, "standing": "4"})
    assert user.assignments.get().level == 4
    assert "level 4" in client.get(reverse("administration_users")).content.decode()
    client.post(reverse("user_active", args=[user.pk]), {})
    user.refresh_from_db()
    assert not user.is_active
    client.post(reverse("user_active", args=[user.pk]), {"active": "1"})
    user.refresh_from_db()
    assert user.is_active
    client.post(reverse("assignment_revoke", args=[user.assignments.get().pk]))
    assert not user.assignments.exists()


def test_what_was_typed_survives_a_refusal_and_the_error_stands_at_its_field(boss: User, client: Client) -> None:
    answer = client.post(
        reverse("administration_user_new"),
        {"name": "Twin", "email": "BOSS@example.org", "language": "en", "timezone": "UTC"},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Twin"' in text
    assert "A user with this e-mail address already exists." in text


def test_a_level_above_ones_own_is_refused(boss: User, north: Organisation, client: Client) -> None:
    user = person("ann")
    url = reverse("assignment_new", args=[user.pk])
    assert client.post(url, {"organisation": north.pk, "standing": "7"}).status_code == 403
    refused = client.post(url, {"organisation": north.pk, "standing": "customer"})
    assert refused.status_code == 422
    assert "Only a customer’s organisation" in refused.content.decode()
    assert not user.assignments.exists()


def test_an_organisation_is_created_and_renamed_through_pages(boss: User, client: Client) -> None:
    client.post(
        reverse("administration_organisation_new"),
        {"name": "Hudson", "slug": "hudson", "kind": "customer", "timezone": "America/New_York"},
    )
    url = reverse("administration_organisation", args=["hudson"])
    client.post(url, {"name": "Hudson Insurance", "timezone": "America/New_York"})
    text = client.get(url).content.decode()
    assert "Hudson Insurance" in text
    assert "created the organisation" in text


def test_preferences_change_the_language_of_the_very_next_page(boss: User, client: Client) -> None:
    client.post(reverse("preferences"), {"language": "ru", "timezone": "Asia/Kolkata", "theme": "dark"})
    boss.refresh_from_db()
    assert (boss.language, boss.timezone, boss.theme) == ("ru", "Asia/Kolkata", "dark")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(boss: User, client: Client) -> None:
    answer = client.post(reverse("administration_tokens"), {"name": "probe", "expires_on": ""})
    (secret,) = set(re.findall(r"slmo_[0-9a-f]{8}_[\w-]{40,}", answer.content.decode()))
    assert secret not in client.get(reverse("administration_tokens")).content.decode()
    token = ApiToken.objects.get()
    client.post(reverse("token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_another_persons_token_is_not_found(boss: User, north: Organisation, client: Client) -> None:
    token = api_token_issue(name="probe", actor=person("ann", north, 5), now=NOW).token
    assert client.post(reverse("token_revoke", args=[token.pk])).status_code == 404


def test_the_first_page_of_administration_shows_only_what_one_may_use(client: Client) -> None:
    client.force_login(person("carl", organisation("baltic", "customer")))
    text = client.get(reverse("administration")).content.decode()
    assert reverse("administration_tokens") in text
    assert reverse("administration_users") not in text
    assert reverse("administration_audit") not in text
