"""Monitoring coverage: which objectives nobody measures, which are stale, and which never saw a failure."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Source, SourceDay
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from monitoring.services.source import source_create
from monitoring.source_days import days_covered
from monitoring.watching import objectives_watched
from tests.monitoring.make import (
    DOWN,
    UP,
    agreement_make,
    indicator_make,
    organisations_make,
    row,
    service_make,
    user_make,
)

pytestmark = pytest.mark.django_db


def objective(name, *rows, since=timedelta(days=90), source=False):
    """Return an objective with what was delivered about it that long ago, and perhaps a source."""
    now = timezone.now()
    indicator = indicator_make(service_make(name))
    if source:
        source_create(slug=name, name=name, kind="http", indicator=indicator, config={"url": "http://example.org/"},
                      actor=None, now=now)  # fmt: skip
    found = agreement_make(indicator, slug=name).objectives.get()
    if rows:
        facts_record(indicator=indicator, rows=rows, origin="file", now=now - since)
        objective_assess(objective_id=found.pk, now=now)
    return found


@pytest.fixture
def olga(db):
    good, bad = row("2026-06-01 00:00", "2026-06-20 00:00", UP), row("2026-06-02 00:00", "2026-06-02 01:00", DOWN)
    objective("nothing")
    objective("proven", good, bad, source=True)
    objective("spotless", good, source=True)
    objective("silent", good, bad, source=True)
    objective("old", good, bad)
    objective("fresh", good, bad, since=timedelta(days=1))
    Source.objects.filter(slug="silent").update(asked_since=timezone.now() - timedelta(days=1))
    return user_make(organisations_make()[0], "olga", 3)


def test_every_objective_is_told_by_how_it_is_watched(olga):
    found = {one.agreement.slug: one.watch for one in objectives_watched(olga, timezone.now())}
    assert found == {
        "nothing": "unmeasured", "proven": "watched", "spotless": "unproven", "silent": "stale", "old": "stale",
        "fresh": "watched",
    }  # fmt: skip


def test_the_page_counts_lists_filters_and_exports(olga, client, django_assert_max_num_queries):
    client.force_login(olga)
    with django_assert_max_num_queries(14):
        text = client.get("/operations/coverage/").content.decode()
    assert text.count("Never saw a failure") >= 2
    filtered = client.get("/operations/coverage/?watch=unmeasured").content.decode()
    assert "Nothing: availability" in filtered
    assert "Fresh: availability" not in filtered
    assert "unproven" in client.get("/operations/coverage/?export=csv").content.decode()


def test_days_without_facts_are_gaps_in_the_strip_of_a_source(olga):
    source, today = Source.objects.get(slug="proven"), timezone.now().date()
    for back, covered, failed in ((3, 86_400, 0), (1, 40_000, 5)):
        SourceDay.objects.create(source=source, day=today - timedelta(days=back), covered=covered, failed=failed)
    days = days_covered(source, timezone.now())
    assert [one["verdict"] for one in days] == ["day_covered", "day_empty", "day_gaps", "day_empty"]
    assert "46 %" in days[2]["label"]
