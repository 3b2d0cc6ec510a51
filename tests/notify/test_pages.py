"""The bell, the list of news, and what people choose to hear."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from slmo.accounts.models import User
from slmo.notify.models import Mute, Webhook
from slmo.notify.pipeline.deliver import deliveries_send
from slmo.notify.pipeline.route import messages_route
from slmo.notify.selectors import choices_of, news_of, unread_count
from slmo.notify.services import message_enqueue
from tests.support.people import NOW, person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann(client: Client) -> User:
    user = person("ann")
    client.force_login(user)
    return user


def news(user: User, number: int = 1, url: str = "/administration/") -> None:
    for turn in range(number):
        message_enqueue(
            kind="review_due",
            recipients=[user],
            context={"agreement": f"Mail {turn} <&>", "due_on": NOW.date()},
            subject_type="governance.review",
            subject_id=turn,
            url=url,
            dedupe_key=f"review:{turn}:due:{url}",
            now=NOW,
        )
    messages_route(now=NOW)
    deliveries_send(now=NOW)


def test_the_bell_tells_how_many_are_unread_and_lists_the_latest(ann: User, client: Client) -> None:
    news(ann, 10)
    text = client.get(reverse("notifications"), headers=HTMX).content.decode()
    assert "10 unread" in text
    assert 'id="bell-count" hx-swap-oob="true"' in text
    assert text.count("Review of Mail") == 8
    assert "Mail 9 &lt;&amp;&gt;" in text


def test_the_bell_costs_the_same_queries_for_one_and_for_many(
    ann: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    news(ann, 10)
    with django_assert_max_num_queries(5):
        client.get(reverse("notifications"), headers=HTMX)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("notifications_all")).status_code == 200


def test_without_htmx_the_bell_leads_to_the_list(ann: User, client: Client) -> None:
    assert client.get(reverse("notifications"))["Location"] == reverse("notifications_all")


def test_opening_a_piece_of_news_marks_it_as_read_and_leads_to_its_page(ann: User, client: Client) -> None:
    news(ann)
    answer = client.get(reverse("notification", args=[news_of(ann).get().pk]))
    assert answer["Location"] == "/administration/"
    assert unread_count(ann) == 0


def test_news_never_leads_out_of_the_portal(ann: User, client: Client) -> None:
    news(ann, url="https://evil.example.org/")
    answer = client.get(reverse("notification", args=[news_of(ann).get().pk]))
    assert answer["Location"] == reverse("notifications_all")


def test_another_persons_news_is_not_found(ann: User, client: Client) -> None:
    bob = person("bob")
    news(bob)
    assert client.get(reverse("notification", args=[news_of(bob).get().pk])).status_code == 404
    client.post(reverse("notifications_read"))
    assert unread_count(bob) == 1


def test_all_news_is_marked_as_read_at_once(ann: User, client: Client) -> None:
    news(ann, 3)
    answer = client.post(reverse("notifications_read"), headers=HTMX)
    assert "Nothing unread" in answer.content.decode()
    assert unread_count(ann) == 0


def test_choices_are_saved_where_they_differ_from_the_defaults(ann: User, client: Client) -> None:
    url = reverse("notification_preferences")
    text = client.get(url).content.decode()
    wishes = [part.split('"')[0] for part in text.split('name="wish" value="')[1:]]
    client.post(url, {"wish": [wish for wish in wishes if wish != "review_due:email"]})
    assert choices_of(ann) == {("review_due", "email"): False}
    client.post(url, {"wish": wishes})
    assert choices_of(ann) == {}


def test_a_webhook_is_set_shown_with_its_secret_and_ended(ann: User, client: Client) -> None:
    url = reverse("notification_webhook")
    assert client.post(url, {"url": "ftp://example.org/"}).status_code == 422
    client.post(url, {"url": "https://example.org/hook"})
    secret = Webhook.objects.get(user=ann).secret
    assert secret in client.get(reverse("notification_preferences")).content.decode()
    client.post(url, {"url": ""})
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("hours", ["", "-1", "x", "0", "9" * 30])
def test_a_mute_takes_hours_and_ends_with_none(hours: str, ann: User, client: Client) -> None:
    about = {"subject_type": "monitoring.breach", "subject_id": "7", "next": "/administration/"}
    client.post(reverse("mute"), {**about, "hours": "4"})
    assert Mute.objects.filter(user=ann, subject_id="7").exists()
    answer = client.post(reverse("mute"), {**about, "hours": hours})
    assert answer["Location"] == "/administration/"
    assert Mute.objects.exists() == (hours == "9" * 30)
