"""What a person wants to hear, by which channel, and what not for a while."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User


class Preference(models.Model):
    """A person's own choice for one kind of news and one channel, where it differs from the kind's default."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    enabled = models.BooleanField()

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = (
            # One choice for each kind and channel; routing reads it.
            models.UniqueConstraint(fields=("user", "kind", "channel"), name="notify_preference_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind}/{self.channel}: {self.enabled}"


class Mute(models.Model):
    """A person's wish to hear nothing of one thing until an instant; the bell still lists it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="mutes")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = (
            # A later wish about the same thing replaces the earlier one.
            models.UniqueConstraint(fields=("user", "subject_type", "subject_id"), name="notify_mute_once"),
        )

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id} until {self.until:%Y-%m-%d %H:%M}"


class Webhook(models.Model):
    """An address that gets a person's news as signed JSON."""

    user = models.OneToOneField(User, models.CASCADE, related_name="webhook")
    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=64)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url
