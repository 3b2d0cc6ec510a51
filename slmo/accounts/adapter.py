"""How allauth behaves in this portal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation

from slmo.accounts.journal import recorder
from slmo.accounts.models import User
from slmo.accounts.services.reach import organisations_of

QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, letters speak the reader's language, and a changed password is recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by those who administer them."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter about log-in in the language of the address's owner, else of the page."""
        user = User.objects.filter(email__iexact=email).first()
        with translation.override(user.language if user else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **more: Any
    ) -> None:
        """Pass on what allauth has to say, but not that somebody logged in: the page itself shows that."""
        if message_template not in QUIET:
            super().add_message(request, level, message_template, *rest, **more)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Save a new password and record that it was changed, not what it is."""
        super().set_password(user, password)
        recorder()(
            actor=user,
            action="user_change_password",
            subject=user,
            organisations=organisations_of(user),
            now=timezone.now(),
        )
