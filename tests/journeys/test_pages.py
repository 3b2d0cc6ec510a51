"""Every main page on a phone, as four roles see it: two of them in English in the dark, two in Russian in the light."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from agreements.models import Requirement
from agreements.services import indicator_create, objective_measure, requirement_record, version_draft
from governance.services.improvement import improvement_create
from governance.services.review import review_schedule
from monitoring.models import Breach, Source
from monitoring.sentence import gettext, kept
from monitoring.services.assessment import objective_assess
from monitoring.services.difference import differences_follow
from monitoring.services.disruption import Span, disruption_announce
from monitoring.services.source import source_create
from monitoring.services.webhook import Message, webhook_take
from monitoring.services.webhook_keys import webhook_key_make
from reports.services.report import report_compile, report_publish
from slmo.accounts.models import User
from tests.journeys.visitor import Door, Reports, Visitor
from tests.reports.story import DOWN, NOW, Story, agreed, at, browser_of, fact, record, story_make
from tests.support.browser import Sessions, Witness
from tests.support.examiner import Examiner
from tests.support.people import person

pytestmark = pytest.mark.django_db
PHONE = (390, 844)
LOOKS = {"english in the dark": ("en", "dark"), "russian in the light": ("ru", "light")}
LOOK_OF = dict(zip(("operator", "manager", "buyer", "head"), (*LOOKS, *LOOKS), strict=True))  # a look each, in turn
LEVELS = {"operator": 3, "manager": 5, "head": 6, "buyer": 0}
SEEN_BY_ALL = ("/", "/catalogue/", "/agreements/", "/operations/", "/reports/", "/improvement/")
AGREEMENT = "/agreements/payments-retail/"
REPORT, FIGURE = "/reports/2026-02/northlight/retail/", "/figures/{figure}/"
# Further pages, each with a role whose work it is.
MORE_SEEN_BY = {
    "operator": (
        "/operations/objectives/",
        "/operations/indicators/payments/availability/",
        "/operations/import/",
        "/operations/breaches/",
    ),
    "manager": (
        "/catalogue/payments/",
        "/agreements/new/",
        AGREEMENT,
        f"{AGREEMENT}versions/1/",
        f"{AGREEMENT}objectives/availability/",
        f"{AGREEMENT}objectives/availability/what-if/",
        "/agreements/payments-clinic/versions/2/edit/conditions/",
        "/agreements/requirements/new/",
        "/horizon/?days=365",
        "/operations/breaches/{breach}/",
        "/operations/coverage/",
        "/operations/disruptions/new/",
        "/operations/sources/new/",
        "/operations/sources/checks/",
        "/operations/sources/told/",
        "/operations/indicators/payments/availability/keep/",
        "/reports/2026-02/",
        "/improvement/reviews/{review}/",
        "/improvement/register/{improvement}/",
    ),
    "head": (
        "/administration/",
        "/administration/users/",
        "/administration/audit/",
        "/administration/organisations/northlight/limits/",
        "/agreements/library/",
    ),
    "buyer": (
        "/agreements/requirements/{requirement}/",
        "/operations/disruptions/",
        AGREEMENT,
        f"{AGREEMENT}objectives/availability/measurements/?period=2026-02-01",
        REPORT,
        FIGURE,
        "/search/?q=payments",
        "/account/preferences/",
        "/notifications/",
    ),
}
LANGUAGE, WIDER = "document.documentElement.lang", "document.documentElement.scrollWidth - window.innerWidth"


@dataclass
class Portal:
    """A portal with a story in it, and what the visitors have examined."""

    site: str
    keys: dict[str, int]
    sessions: dict[tuple[str, str], str]  # role, look → the key of a session
    examined: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def portal(site: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Portal]:
    """Tell the story once for all tests of this file, which only look; take it out of the database at the end."""
    with django_db_blocker.unblock():
        story = story_make()
        keys = story_continue(story)
        sessions = {(role, look): session_open(role, look, story) for role in LEVELS for look in LOOKS}
        yield Portal(site, keys, sessions)
        call_command("flush", verbosity=0, interactive=False)


def story_continue(story: Story) -> dict[str, int]:
    """Add a report, a review and an improvement; return the numbers that stand in addresses."""
    report = report_compile(
        month=date(2026, 2, 1), provider=story.provider, customer=story.retail, actor=story.manager, now=NOW
    )
    report_publish(report=report, actor=story.manager, now=NOW)
    review = review_schedule(
        agreement=story.retail_sla,
        covers_from=date(2026, 1, 1),
        covers_until=date(2026, 4, 1),
        due_at=NOW,
        actor=story.manager,
        now=NOW,
    )
    breach = Breach.objects.get(objective=story.objective)
    improvement = improvement_create(
        title="Add a replica",
        reason="So that one may fail.",
        service=story.indicator.service,
        breach=breach,
        actor=story.manager,
        now=NOW,
    )
    sources_add(story)
    second_add(story)
    figure, requirement = story.result(2), negotiations_continue(story)
    return {"breach": breach.pk, "figure": figure.pk, "review": review.pk, "improvement": improvement.pk,
            "requirement": requirement.pk}  # fmt: skip


def second_add(story: Story) -> None:
    """Let the retail customer measure, too: February's outage lasted longer at the tills."""
    second = indicator_create(
        service=story.indicator.service, slug="tills", name="Tills", gaps_up=True, measured_by=story.retail,
        recorded_from=story.indicator.recorded_from, actor=None, now=NOW,
    )  # fmt: skip
    record(second, fact("2026-02-10T09:00Z", "2026-02-10T10:20Z", DOWN))
    measures = {"indicator": story.indicator, "customer_indicator": second}
    objective_measure(objective=story.objective, actor=story.analyst, now=NOW, **measures)
    objective_assess(objective_id=story.objective.pk, now=NOW)
    differences_follow(objective_id=story.objective.pk, now=NOW)


def negotiations_continue(story: Story) -> Requirement:
    """Add a term that ends, a draft, a planned disruption and a requirement, which is returned."""
    ends = date.today() + timedelta(days=200)
    agreed(
        "payments-season", story.indicator, story.clinic,
        spec={"effective": {"from": "2026-01-01", "until": ends.isoformat()}},
    )  # fmt: skip
    by: dict[str, Any] = {"actor": story.manager, "now": NOW}
    version_draft(agreement=story.clinic_sla, effective_from=date(2026, 9, 1), **by)
    span = Span(at("2026-06-20 08:00"), at("2026-06-20 10:00"))
    disruption_announce(
        organisation=story.provider, services=[story.indicator.service], windows=[span], title="New database",
        reason="The old one is full.", **by,
    )  # fmt: skip
    wishes = [{"text": "Open at six", "weight": "must", "kind": "availability", "target": ">= 99.95%", "limit": ""}]
    return requirement_record(
        customer=story.retail, service=story.indicator.service, title="Tills", text="Every till needs it.",
        wishes=wishes, actor=story.buyer, now=NOW,
    )  # fmt: skip


def sources_add(story: Story) -> None:
    """Add a source that is asked and has failed, and one that is told, with a key and a refused message."""
    common: dict[str, Any] = {"indicator": story.indicator, "actor": story.manager, "now": NOW}
    asked = source_create(
        slug="checks", name="Checks", kind="http", config={"url": "https://pay.example.org/"}, **common
    )
    text, parts = kept(gettext("The answer was cut off before its end."))
    Source.objects.filter(pk=asked.pk).update(last_error=text, last_error_parts=parts, last_error_at=NOW, failures=3)
    told = source_create(slug="told", name="Told by the shop", kind="webhook", config={}, interval=3600, **common)
    webhook_key_make(source=told, actor=story.manager, now=NOW)
    told.refresh_from_db()
    webhook_take(source=told, message=Message({"content-type": "application/json"}, b"{}"), now=NOW)


def session_open(role: str, look: str, story: Story) -> str:
    """Log a new person of this role in, who prefers this look; return the key of the session."""
    language, theme = LOOKS[look]
    level = LEVELS[role]
    user = person(f"{role}-{language}", story.provider if level else story.retail, level, language=language)
    User.objects.filter(pk=user.pk).update(theme=theme)
    return browser_of(user).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def door(portal: Portal, sessions: Sessions, witness: Witness, reports: Reports, examiner: Examiner) -> Iterator[Door]:
    """Open the portal of the story to visitors."""
    door = Door(sessions, portal.site, witness, reports, examiner, examined=portal.examined)
    yield door
    door.close()


def come_in(door: Door, portal: Portal, role: str, look: str) -> Visitor:
    """Return a visitor on a phone, in a session that is open already."""
    visitor = door.open(viewport=PHONE)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": portal.sessions[role, look], "url": door.site}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return visitor


def words(text: str) -> set[str]:
    """Return the longer words of a text, in small letters without their marks."""
    return {word.strip(":,?.“”").casefold() for word in text.split() if len(word) > 3}


@pytest.mark.wide
@pytest.mark.parametrize(("role", "look"), LOOK_OF.items())
def test_every_main_page_serves_each_role_on_a_phone(door: Door, portal: Portal, role: str, look: str) -> None:
    language, _theme = LOOKS[look]
    visitor = come_in(door, portal, role, look)
    page, wrong = visitor.page, []
    for path in (*SEEN_BY_ALL, *MORE_SEEN_BY[role]):
        visitor.open(path.format(**portal.keys))
        visitor.rest()
        headings = page.locator("h1").all_inner_texts()
        if len(headings) != 1 or (language == "en" and not words(headings[0]) & words(page.title())):
            wrong.append(f"{path} is titled {page.title()!r}, and headed {headings}")
        if page.evaluate(LANGUAGE) != language:
            wrong.append(f"{path} is in another language than {language}")
        if (wider := page.evaluate(WIDER)) > 0:
            wrong.append(f"{path} is {wider} px wider than the phone")
        visitor.examine(f"{look}: {path}")
    assert not wrong, "\n".join(wrong)
    door.all_clear()
