"""The words of a message, in one reader's language and zone."""

from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from slmo.accounts.models import User
from slmo.notify.encoding import context_unpack
from slmo.notify.models import Message


class Letter(NamedTuple):
    """What a channel sends: one line, plain text, HTML, and the address of the page."""

    subject: str
    text: str
    html: str
    url: str


def letter_write(message: Message, user: User) -> Letter:
    """Return the message as a letter to this person."""
    url = absolute_url(message.url)
    with translation.override(user.language), timezone.override(user.zone):
        context = {**context_unpack(message.context), "recipient": user, "url": url, "site_url": absolute_url("/")}
        subject, text, html = (
            render_to_string(f"notify/{message.kind}.{part}", context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    return Letter(_one_line(subject), text.strip() + "\n", html, url)


def headline_write(message: Message, user: User) -> str:
    """Return the message's one line for this person, as the bell shows it."""
    with translation.override(user.language), timezone.override(user.zone):
        return _one_line(render_to_string(f"notify/{message.kind}.subject.txt", context_unpack(message.context)))


def absolute_url(path: str) -> str:
    """Return the address of a path of this portal for use outside of it."""
    return settings.SITE_URL + path


def _one_line(text: str) -> str:
    """Return the text with every run of white space as one space: a subject holds no line break."""
    return " ".join(text.split())
