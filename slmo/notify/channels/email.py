"""Letters by e-mail, through Django's configured mail server."""

import smtplib

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User
from slmo.notify.channels.base import ChannelError
from slmo.notify.models import Delivery
from slmo.notify.pipeline.letter import Letter


class Email:
    """News by e-mail, as plain text with an HTML alternative."""

    name = "email"
    label = _("E-mail")
    interrupts = True

    def reaches(self, user: User) -> bool:
        """Tell whether the person has an address."""
        return bool(user.email)

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Hand the letter to the mail server."""
        headers = {"Auto-Submitted": "auto-generated", "X-SLMO-Delivery": str(delivery.pk)}  # RFC 3834, section 5
        mail = EmailMultiAlternatives(letter.subject, letter.text, None, [delivery.user.email], headers=headers)
        mail.attach_alternative(letter.html, "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            raise ChannelError(str(error), permanent=all(code >= 500 for code in codes)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(str(error)) from error
