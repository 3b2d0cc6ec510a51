"""Tokens of the HTTP API."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from slmo.accounts.api_auth import TokenAuthentication
from slmo.accounts.errors import Denied
from slmo.accounts.models import ApiToken, User
from slmo.accounts.services import api_token_issue, api_token_revoke, user_set_active
from slmo.audit.models import Entry
from tests.support.people import NOW, organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> User:
    return person("ann", organisation("north"), 2)


def log_in(header: str) -> tuple[User, ApiToken] | None:
    request = APIRequestFactory().get("/", headers={"Authorization": header} if header else {})
    return TokenAuthentication().authenticate(Request(request))


def test_a_token_logs_its_user_in(actor: User) -> None:
    issued = api_token_issue(name="probe", actor=actor, now=NOW)
    found = log_in(f"Bearer {issued.secret}")
    assert found is not None
    assert found[0] == actor
    issued.token.refresh_from_db()
    assert issued.token.last_used_at is not None


def test_the_token_itself_is_neither_kept_nor_recorded(actor: User) -> None:
    secret = api_token_issue(name="probe", actor=actor, now=NOW).secret
    tail = secret.removeprefix(ApiToken.objects.get().prefix)
    assert len(tail) > 40
    assert tail not in str(ApiToken.objects.values().get())
    assert tail not in Entry.objects.latest("id").content


def test_another_token_with_the_same_beginning_is_refused(actor: User) -> None:
    secret = api_token_issue(name="probe", actor=actor, now=NOW).secret
    with pytest.raises(AuthenticationFailed):
        log_in(f"Bearer {secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}")
    with pytest.raises(AuthenticationFailed):
        log_in("Bearer slmo_")


def test_a_revoked_token_is_refused(actor: User) -> None:
    issued = api_token_issue(name="probe", actor=actor, now=NOW)
    api_token_revoke(token=issued.token, actor=actor, now=NOW)
    with pytest.raises(AuthenticationFailed):
        log_in(f"Bearer {issued.secret}")


def test_an_expired_token_is_refused_from_its_end_on(actor: User) -> None:
    now = timezone.now()
    issued = api_token_issue(name="probe", actor=actor, now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    with pytest.raises(AuthenticationFailed):
        log_in(f"Bearer {issued.secret}")
    with pytest.raises(ValidationError):
        api_token_issue(name="late", actor=actor, now=now, expires_at=now)


def test_a_deactivated_user_is_refused(actor: User) -> None:
    issued = api_token_issue(name="probe", actor=actor, now=NOW)
    user_set_active(user=actor, active=False, actor=None, now=NOW)
    with pytest.raises(AuthenticationFailed):
        log_in(f"Bearer {issued.secret}")


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer other_thing", "Bearer slmo_a b"])
def test_a_request_without_a_token_of_the_portal_is_left_to_other_log_ins(header: str) -> None:
    assert log_in(header) is None


def test_who_belongs_to_nothing_issues_no_token() -> None:
    with pytest.raises(Denied):
        api_token_issue(name="probe", actor=person("nobody"), now=NOW)


def test_a_strangers_token_is_revoked_only_by_who_may_edit_them(actor: User) -> None:
    issued = api_token_issue(name="probe", actor=actor, now=NOW)
    north = actor.assignments.get().organisation
    with pytest.raises(Denied):
        api_token_revoke(token=issued.token, actor=person("low", north, 5), now=NOW)
    api_token_revoke(token=issued.token, actor=person("high", north, 6), now=NOW)
    assert Entry.objects.latest("id").action == "api_token_revoke"
