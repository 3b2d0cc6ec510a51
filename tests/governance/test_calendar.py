"""A person's calendar for other programs: what they may see, at an address that can be revoked."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from agreements.services import version_draft, version_propose
from governance.feed import calendar_text, entries_of
from governance.services.review import review_schedule
from slmo.accounts.models import CalendarFeed, User
from slmo.accounts.services import calendar_feed_issue, calendar_feed_revoke, calendar_feed_user
from slmo.audit.models import Entry
from tests.governance.world import START, World


@pytest.fixture
def busy(world: World) -> World:
    """Return the world with a review, a proposal, an exclusion that recurs and a term that is extended."""
    manager = world.people["manager"]
    review_schedule(
        agreement=world.sla, covers_from=date(2026, 1, 1), covers_until=date(2026, 3, 1),
        due_at=START + timedelta(days=40), agenda="Results; and more.", actor=manager, now=START,
    )  # fmt: skip
    document = dict(world.sla.versions.get().document)
    spec = document["spec"] | {
        "effective": {"from": "2026-02-01", "until": "2027-02-01"},
        "renewal": {"automatic": "12 months", "notice": "90d"},
        "exclusions": [
            {"rrule": "FREQ=MONTHLY;BYDAY=1SU", "starting": "2026-03-01", "at": "02:00", "for": "2h", "reason": "works"}
        ],
    }
    draft = version_draft(
        agreement=world.sla, document={**document, "spec": spec}, effective_from=None, actor=manager, now=START
    )
    version_propose(version=draft, actor=manager, now=START)
    return world


def uids(user: User) -> set[str]:
    return {one.uid.partition("-")[0] for one in entries_of(user, START)}


def test_it_holds_turns_and_reviews_of_what_one_may_see(busy: World) -> None:
    assert {"turn", "review"} <= uids(busy.people["manager"])
    assert {"turn", "review"} <= uids(busy.people["buyer"])
    assert not {"turn", "review"} & uids(busy.people["doctor"])
    doctor = " ".join(one.summary for one in entries_of(busy.people["doctor"], START))
    assert "Retail" not in doctor


def test_it_holds_ends_notice_and_windows_once_they_are_signed(busy: World) -> None:
    from agreements.services import version_sign

    version = busy.sla.versions.get(number=2)
    assert "agreed" not in uids(busy.people["buyer"])
    for side in ("provider", "customer"):
        version = version_sign(version=version, side=side, actor=None, now=START)
    now = START + timedelta(days=80)
    found = entries_of(busy.people["buyer"], now)
    terms = {one.uid.split("-")[0]: one.start for one in found}
    assert terms["term"] == date(2027, 1, 31)
    assert terms["notice"] == date(2026, 11, 3)
    windows = [one for one in found if one.uid.startswith("agreed")]
    assert windows
    assert all(one.end - one.start == timedelta(hours=2) for one in windows)  # type: ignore[operator]


def test_it_is_icalendar_that_other_programs_read(busy: World) -> None:
    user = busy.people["manager"]
    text = calendar_text(user, START)
    parsed = Calendar.from_ical(text)
    events = list(parsed.walk("VEVENT"))
    assert events
    assert text == calendar_text(user, START)
    assert len({str(one["UID"]) for one in events}) == len(events)
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    review = next(one for one in events if str(one["UID"]).startswith("review"))
    assert "Results; and more." in str(review["DESCRIPTION"])
    assert str(review["URL"]).startswith("http")
    User.objects.filter(pk=user.pk).update(language="ru")
    russian = calendar_text(User.objects.get(pk=user.pk), START).decode()
    assert "Сервисное совещание" in russian.replace("\r\n ", "")


def test_the_address_is_secret_and_can_be_revoked(busy: World) -> None:
    buyer = busy.people["buyer"]
    first = calendar_feed_issue(actor=buyer, now=START)
    assert calendar_feed_user(secret=first, now=START) == buyer
    second = calendar_feed_issue(actor=buyer, now=START)
    assert calendar_feed_user(secret=first, now=START) is None
    assert calendar_feed_user(secret=second, now=START) == buyer
    assert second not in CalendarFeed.objects.get().digest
    User.objects.filter(pk=buyer.pk).update(is_active=False)
    assert calendar_feed_user(secret=second, now=START) is None
    User.objects.filter(pk=buyer.pk).update(is_active=True)
    assert calendar_feed_revoke(actor=buyer, now=START)
    assert not calendar_feed_revoke(actor=buyer, now=START)
    assert calendar_feed_user(secret=second, now=START) is None
    actions = Entry.objects.filter(subject_type="accounts.calendarfeed").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["calendar_feed_issue", "calendar_feed_issue", "calendar_feed_revoke"]


def test_the_pages_make_show_and_revoke_it(busy: World) -> None:
    client, path = Client(), reverse("calendar_feed")
    client.force_login(busy.people["buyer"])
    assert "Make my address" in client.get(path).content.decode()
    shown = client.post(path).content.decode()
    secret = shown.split('id="secret">')[1].split("/calendar/")[1].split(".ics")[0]
    assert secret not in client.get(path).content.decode()
    address = reverse("calendar_ics", args=[secret])
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VCALENDAR" in answer.content
    assert "no-store" in answer["Cache-Control"]
    client.post(reverse("calendar_revoke"))
    assert Client().get(address).status_code == 404
    assert Client().get(path).status_code == 302
