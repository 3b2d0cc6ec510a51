"""The secret address of a person's calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models.user import User


class CalendarFeed(models.Model):
    """An address that a calendar program asks without logging in, by the digest of its secret part.

    One a person: a new address makes the old one worthless.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed", verbose_name=_("user"))
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("made"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.user)
