"""The page that says for how long the facts of an indicator are kept: in both languages, and within what is needed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Keeping, PeriodResult
from monitoring.months import month_next, month_start
from monitoring.services.keeping import keeping_set
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(world):
    return reverse("facts_keep", args=[world.indicator.service.slug, world.indicator.slug])


def period_open(world, months_ago):
    """Let a period that began so many months ago be open."""
    start = month_next(month_start(timezone.now()), -months_ago)
    return PeriodResult.objects.create(
        objective=world.sla.objectives.get(), start=start, end=month_next(start), verdict="met", assessed_at=start
    )


def test_whoever_edits_sources_says_how_long_facts_are_kept_and_takes_it_back(client, world, address):
    client.force_login(world.people["manager"])
    assert "for ever" in client.get(reverse("indicator", args=["payments", "availability"])).content.decode()
    assert client.post(address, {"months": "36"}).status_code == 302
    assert Keeping.objects.get().months == 36
    assert "for 36 months" in client.get(reverse("indicator", args=["payments", "availability"])).content.decode()
    assert client.post(address, {"months": ""}).status_code == 302
    assert not Keeping.objects.exists()
    entries = Entry.objects.filter(action="facts_keep").order_by("pk")
    assert [(one.before, one.after) for one in entries] == [
        ({"months": None}, {"months": 36}), ({"months": 36}, {"months": None}),
    ]  # fmt: skip


def test_fewer_months_than_an_open_period_needs_are_refused_in_both_languages(client, world, address):
    client.force_login(world.people["manager"])
    period_open(world, 5)
    answer = client.post(address, {"months": "4"})
    assert answer.status_code == 422
    assert "are not final yet and need these facts: keep at least 5 months" in answer.content.decode()
    client.post(reverse("language"), {"language": "ru"})
    answer = client.post(address, {"months": "4"})
    assert "ещё не окончательны" in answer.content.decode()
    assert "не менее 5 месяцев" in answer.content.decode()
    assert not Keeping.objects.exists()
    assert client.post(address, {"months": "5"}).status_code == 302


def test_what_is_no_number_of_months_is_refused_and_kept_in_the_form(client, world, address):
    client.force_login(world.people["manager"])
    for typed in ("1", "0", "-3", "1201", "1.5", "many", "9" * 30):
        answer = client.post(address, {"months": typed})
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.content.decode()
    assert not Keeping.objects.exists()


def test_others_see_how_long_facts_are_kept_and_cannot_say_so(client, world, address):
    client.force_login(world.people["clerk"])
    page = client.get(reverse("indicator", args=["payments", "availability"])).content.decode()
    assert "Facts are kept" in page
    assert address not in page
    assert client.post(address, {"months": "12"}).status_code == 403
    with pytest.raises(Denied):
        keeping_set(indicator=world.indicator, months=12, actor=world.people["clerk"], now=timezone.now())
