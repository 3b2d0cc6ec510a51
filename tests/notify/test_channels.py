"""E-mail to a real mail server, and webhooks to a real web server."""

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from slmo.accounts.models import User
from slmo.notify.channels import ChannelError, webhook
from slmo.notify.channels.webhook import address_checked
from slmo.notify.models import Delivery, Webhook
from slmo.notify.pipeline.deliver import deliveries_send
from slmo.notify.pipeline.route import messages_route
from slmo.notify.services import message_enqueue, webhook_set
from tests.notify.smtp import MailServer, mail_server
from tests.support.people import NOW, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_office(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://slmo.example.org"
        yield server


class Receiver(http.server.BaseHTTPRequestHandler):
    """A web server that notes what is posted and answers as the path says."""

    posted: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((self.headers["X-SLMO-Signature"], body))
        if self.path == "/drip":
            self._drip()
            return
        status = int(self.path.strip("/") or 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.end_headers()

    def _drip(self) -> None:
        """Send a header that never ends, a letter at a time."""
        for _turn in range(100):
            try:
                self.wfile.write(b"X")
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings: Settings) -> Iterator[http.server.HTTPServer]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    Receiver.posted = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def news(*recipients: User) -> None:
    message_enqueue(
        kind="review_due",
        recipients=recipients,
        context={"agreement": "Почта", "due_on": NOW.date()},
        subject_type="governance.review",
        subject_id=5,
        url="/improvement/reviews/5/",
        dedupe_key="review:5:due",
        now=NOW,
    )
    messages_route(now=NOW)
    deliveries_send(now=NOW)


def outcome(user: User, channel: str) -> tuple[str, str]:
    delivery = Delivery.objects.get(user=user, channel=channel)
    return delivery.status, delivery.last_error


def hooked(server: http.server.HTTPServer, path: str = "/") -> tuple[User, Webhook]:
    user = person("ann")
    hook = webhook_set(user=user, url=f"http://127.0.0.1:{server.server_address[1]}{path}")
    assert hook is not None
    return user, hook


def test_a_letter_reaches_a_real_mail_server_in_the_readers_language(post_office: MailServer) -> None:
    ivan = person("ivan", language="ru", timezone="Europe/Moscow")
    news(ivan)
    (letter,) = post_office.letters
    assert post_office.recipients == ["ivan@example.org"]
    assert letter["To"] == "ivan@example.org"
    assert "Почта" in letter["Subject"]
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "2 марта 2026" in plain.get_content()
    assert "https://slmo.example.org/improvement/reviews/5/" in plain.get_content()
    assert 'href="https://slmo.example.org/improvement/reviews/5/"' in html.get_content()
    assert outcome(ivan, "email") == ("sent", "")


def test_an_address_that_the_mail_server_does_not_know_is_not_tried_again(post_office: MailServer) -> None:
    refused, ann = person("refused"), person("ann")
    news(refused, ann)
    status, error = outcome(refused, "email")
    assert status == "failed"
    assert "no such person" in error
    assert outcome(ann, "email") == ("sent", "")


def test_a_webhook_gets_signed_json(receiver: http.server.HTTPServer) -> None:
    user, hook = hooked(receiver)
    news(user)
    ((signature, body),) = Receiver.posted
    assert signature == "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    posted = json.loads(body)
    assert posted["kind"] == "review_due"
    assert posted["subject"] == {"type": "governance.review", "id": "5"}
    assert posted["headline"] == "Review of Почта is due on March 2, 2026"
    assert outcome(user, "webhook") == ("sent", "")


@pytest.mark.wide
@pytest.mark.parametrize(
    ("path", "status"),
    [("/204", "sent"), ("/302", "waiting"), ("/404", "failed"), ("/429", "waiting"), ("/500", "waiting")],
)
def test_what_a_receiver_answers_decides_whether_it_is_tried_again(
    path: str, status: str, receiver: http.server.HTTPServer
) -> None:
    user, _hook = hooked(receiver, path)
    news(user)
    assert outcome(user, "webhook")[0] == status
    assert len(Receiver.posted) == 1


def test_a_receiver_that_talks_for_ever_is_cut_off(
    receiver: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "DEADLINE", 0.5)
    user, _hook = hooked(receiver, "/drip")
    news(user)
    assert outcome(user, "webhook")[0] == "waiting"


def test_a_receiver_that_does_not_speak_tls_is_not_sent_anything(receiver: http.server.HTTPServer) -> None:
    user = person("ann")
    webhook_set(user=user, url=f"https://127.0.0.1:{receiver.server_address[1]}/")
    news(user)
    status, error = outcome(user, "webhook")
    assert status == "waiting"
    assert "SSL" in error
    assert Receiver.posted == []


def test_a_receiver_that_is_not_there_is_tried_again(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    user = person("ann")
    webhook_set(user=user, url="http://127.0.0.1:1/")
    news(user)
    status, error = outcome(user, "webhook")
    assert status == "waiting"
    assert "refused" in error


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "localhost", "0.0.0.0"]
)
def test_addresses_within_a_private_network_are_refused_unless_permitted(host: str, settings: Settings) -> None:
    with pytest.raises(ChannelError, match="private network") as refused:
        address_checked(host, 80)
    assert refused.value.permanent
    settings.WEBHOOK_ALLOW_PRIVATE = True
    assert address_checked(host, 80)


def test_a_public_address_is_connected_to_as_it_was_checked() -> None:
    assert address_checked("93.184.216.34", 443) == "93.184.216.34"


@pytest.mark.parametrize("url", ["ftp://example.org/x", "file:///etc/passwd", "javascript:alert(1)", "example.org"])
def test_only_web_addresses_are_taken_as_webhooks(url: str) -> None:
    with pytest.raises(ValidationError):
        webhook_set(user=person("ann"), url=url)


def test_a_new_address_gets_a_new_secret_and_an_empty_one_ends_the_webhook() -> None:
    user = person("ann")
    first = webhook_set(user=user, url="https://example.org/a")
    again = webhook_set(user=user, url="https://example.org/a")
    second = webhook_set(user=user, url="https://example.org/b")
    assert first is not None
    assert again is not None
    assert second is not None
    assert first.secret == again.secret != second.secret
    assert webhook_set(user=user, url="") is None
    assert not Webhook.objects.exists()
