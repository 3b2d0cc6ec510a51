"""One message to one person by one channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User
from slmo.notify.models.message import Message


class Delivery(models.Model):
    """What became of one message for one person on one channel; the in-app bell reads these rows too."""

    class Status(models.TextChoices):
        """Where the delivery stands."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        MUTED = "muted", _("Muted")
        FAILED = "failed", _("Failed")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=20)
    dedupe_key = models.CharField(max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    read_at = models.DateTimeField(_("read"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, default="", blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-id",)
        constraints = (
            # One piece of news reaches one person once by one channel, whatever is repeated.
            models.UniqueConstraint(fields=("user", "channel", "dedupe_key"), name="notify_delivery_dedupe"),
        )
        indexes = (
            # `outbox_drain` looks for what is due.
            models.Index(fields=("due_at",), condition=models.Q(status="waiting"), name="notify_delivery_due"),
            # The bell: a person's own news, newest first.
            models.Index(
                fields=("user", "-id"),
                condition=models.Q(channel="inapp", status="sent"),
                name="notify_delivery_bell",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} → {self.user_id}: {self.status}"
