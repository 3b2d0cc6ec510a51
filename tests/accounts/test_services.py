"""The verbs of accounts."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from slmo.accounts.errors import Denied, NotVisible
from slmo.accounts.models import Assignment, User
from slmo.accounts.policy import can
from slmo.accounts.selectors import (
    Side,
    organisation_get,
    organisations_visible_to,
    people_of,
    side_of,
    sides_of,
    user_get,
    users_visible_to,
)
from slmo.accounts.services import (
    assignment_grant,
    assignment_revoke,
    organisation_create,
    organisation_update,
    user_create,
    user_set_active,
    user_update,
    user_update_preferences,
)
from slmo.audit.models import Entry
from tests.support.people import NOW, organisation, person

pytestmark = pytest.mark.django_db


def test_an_address_that_differs_by_case_alone_is_taken() -> None:
    person("ann")
    with pytest.raises(ValidationError) as refused:
        user_create(email="ANN@example.org", name="Other", actor=None, now=NOW)
    assert refused.value.messages == ["A user with this e-mail address already exists."]


def test_the_database_itself_refuses_the_same_address_in_another_case() -> None:
    person("ann")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Ann@Example.org", name="Other")


def test_a_user_is_found_by_address_in_any_case() -> None:
    user = person("ann")
    assert User.objects.get_by_natural_key(" Ann@EXAMPLE.org ") == user


def test_a_weak_password_is_refused() -> None:
    with pytest.raises(ValidationError):
        user_create(email="a@example.org", name="A", password="12345", actor=None, now=NOW)


def test_a_user_without_a_password_cannot_log_in_until_one_is_set() -> None:
    assert not person("ann").has_usable_password()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        person("ann", timezone="Europe/Atlantis")
    assert "Europe/Atlantis" in refused.value.messages[0]


def test_only_those_who_may_edit_users_create_them() -> None:
    north = organisation("north")
    with pytest.raises(Denied):
        user_create(email="x@example.org", name="X", actor=person("low", north, 5), now=NOW)
    user_create(email="x@example.org", name="X", actor=person("high", north, 6), now=NOW)


def test_every_verb_writes_one_entry_with_names_and_what_changed() -> None:
    north = organisation("north")
    boss = person("boss", north, 6)
    user = user_create(email="new@example.org", name="New", actor=boss, now=NOW)
    user_update(user=user, email="new@example.org", name="Newer", actor=boss, now=NOW)
    entry = Entry.objects.latest("id")
    assert (entry.actor_name, entry.action, entry.subject_label) == ("Boss", "user_update", "Newer")
    assert (entry.before, entry.after) == ({"name": "New"}, {"name": "Newer"})


def test_a_verb_that_changes_nothing_writes_no_entry() -> None:
    user = person("ann")
    count = Entry.objects.count()
    user_update_preferences(user=user, language="en", timezone="UTC", theme="auto", now=NOW)
    assert Entry.objects.count() == count


def test_preferences_outside_the_choices_are_refused() -> None:
    user = person("ann")
    for wrong in ({"language": "xx"}, {"timezone": "Mars/Base"}, {"theme": "pink"}):
        with pytest.raises(ValidationError):
            user_update_preferences(
                user=user, now=NOW, **{"language": "en", "timezone": "UTC", "theme": "auto", **wrong}
            )


def test_nobody_deactivates_or_unassigns_themselves() -> None:
    boss = person("boss", organisation("north"), 6)
    with pytest.raises(ValidationError):
        user_set_active(user=boss, active=False, actor=boss, now=NOW)
    with pytest.raises(ValidationError):
        assignment_revoke(assignment=boss.assignments.get(), actor=boss, now=NOW)


def test_people_are_assigned_up_to_ones_own_level_only() -> None:
    north = organisation("north")
    boss, user = person("boss", north, 6), person("ann")
    with pytest.raises(Denied) as refused:
        assignment_grant(user=user, organisation=north, role="level", level=7, actor=boss, now=NOW)
    assert str(refused.value) == "You may administer people up to your own level, 6; this is level 7."
    assignment_grant(user=user, organisation=north, role="level", level=6, actor=boss, now=NOW)


def test_who_stands_above_is_not_edited_from_below() -> None:
    north = organisation("north")
    boss, chief = person("boss", north, 6), person("chief", north, 7)
    with pytest.raises(Denied):
        user_update(user=chief, email="boss2@example.org", name="Chief", actor=boss, now=NOW)
    admin = person("admin")
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    with pytest.raises(Denied):
        user_update(user=admin, email="boss3@example.org", name="Admin", actor=boss, now=NOW)


def test_another_providers_people_are_out_of_reach() -> None:
    boss = person("boss", organisation("north"), 7)
    stranger = person("sid", organisation("south"), 3)
    with pytest.raises(Denied):
        user_update(user=stranger, email="sid@example.org", name="Sidney", actor=boss, now=NOW)


def test_a_second_grant_changes_the_first_and_rights_follow_at_once() -> None:
    north = organisation("north")
    user = person("ann", north, 4)
    assert not can(user, "report_publish", north)
    assignment_grant(user=user, organisation=north, role="level", level=5, actor=None, now=NOW)
    assert can(user, "report_publish", north)
    assert user.assignments.count() == 1


def test_a_revoked_assignment_takes_the_rights_with_it() -> None:
    north = organisation("north")
    boss, user = person("boss", north, 6), person("ann", north, 5)
    assignment_revoke(assignment=user.assignments.get(), actor=boss, now=NOW)
    assert not can(User.objects.get(pk=user.pk), "agreement_view", north)


@pytest.mark.parametrize(("role", "level"), [("level", None), ("level", 1), ("level", 8), ("customer", 3)])
def test_role_and_level_go_together(role: str, level: int | None) -> None:
    baltic, user = organisation("baltic", "customer"), person("ann")
    with pytest.raises(ValidationError):
        assignment_grant(user=user, organisation=baltic, role=role, level=level, actor=None, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(user=user, organisation=baltic, role=role, level=level)


def test_only_a_customer_has_customers_representatives() -> None:
    with pytest.raises(ValidationError):
        person("ann", organisation("north"))


def test_an_organisation_keeps_its_slug_and_kind() -> None:
    north = organisation("north")
    changed = organisation_update(organisation=north, name="North Ltd", timezone="Europe/Berlin", actor=None, now=NOW)
    assert (changed.slug, changed.kind, changed.name) == ("north", "provider", "North Ltd")
    with pytest.raises(ValidationError):
        organisation_create(slug="north", name="Second", kind="provider", actor=None, now=NOW)


def test_customers_know_of_themselves_and_the_provider_and_of_nobody_else() -> None:
    organisation("north")
    baltic = organisation("baltic", "customer")
    organisation("hudson", "customer")
    organisation("cloud", "supplier")
    carl = person("carl", baltic)
    assert sorted(o.slug for o in organisations_visible_to(carl)) == ["baltic", "north"]
    with pytest.raises(NotVisible):
        organisation_get(carl, "hudson")
    assert not organisations_visible_to(person("nobody")).exists()


def test_providers_people_know_of_all() -> None:
    north = organisation("north")
    organisation("hudson", "customer")
    assert organisations_visible_to(person("ann", north, 2)).count() == 2


def test_only_administrators_see_other_users() -> None:
    north = organisation("north")
    low, high = person("low", north, 5), person("high", north, 6)
    assert list(users_visible_to(low)) == [low]
    assert user_get(high, low.pk) == low
    with pytest.raises(NotVisible):
        user_get(low, high.pk)


def test_sides_of_an_agreement() -> None:
    north, baltic, cloud = organisation("north"), organisation("baltic", "customer"), organisation("cloud", "supplier")
    ann, carl = person("ann", north, 5), person("carl", baltic)
    assert side_of(ann, provider=north, customer=baltic) is Side.PROVIDER
    assert side_of(ann, provider=cloud, customer=north) is Side.CUSTOMER
    assert side_of(carl, provider=north, customer=baltic) is Side.CUSTOMER
    assert side_of(carl, provider=cloud, customer=north) is None
    assert sides_of(ann, provider=north, customer=north) == {Side.PROVIDER, Side.CUSTOMER}


def test_people_of_an_organisation_by_level() -> None:
    north = organisation("north")
    low, high = person("low", north, 2), person("high", north, 5)
    assert set(people_of(north)) == {low, high}
    assert list(people_of(north, level=3)) == [high]
