"""What other programs sent by themselves: remembered, so that the same message is taken once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.source import Source
from monitoring.sentence import told
from slmo.accounts.models import User


class PushDelivery(models.Model):
    """One message to a webhook, or one delivery to the API under an idempotency key, and what was answered.

    `name` is what the sender calls it, empty where it has no name. A message that was refused keeps its name free.
    """

    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="deliveries")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(_("Received"))
    sha256 = models.CharField(max_length=64, help_text="Of the body.")
    size = models.PositiveIntegerField(_("Bytes"))
    form = models.CharField(_("Form"), max_length=40, blank=True)
    status = models.PositiveSmallIntegerField(_("Answer"))
    answer = models.JSONField(default=dict)
    error_parts = models.JSONField(
        null=True, blank=True, editable=False, help_text="To tell the first error of the answer in a language."
    )

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            # webhook_take: a message is taken once, however many processes get it at once
            models.UniqueConstraint(
                fields=["source", "name"],
                condition=models.Q(source__isnull=False) & ~models.Q(name="") & models.Q(status__lt=300),
                name="push_message_once",
            ),
            # the API: a key of a person names one delivery
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(user__isnull=False),
                name="push_key_once",
            ),
        ]
        indexes = [
            # the source's page: its last messages; and those that are old enough to go
            models.Index(fields=["source", "-received_at"], name="push_latest"),
            # push_forget: those that are old enough to go
            models.Index(fields=["received_at"], name="push_received"),
        ]
        verbose_name = _("Message")

    def __str__(self) -> str:
        return self.name or f"{self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def first_error(self) -> str:
        """Return the first error as it was answered; empty where there is none."""
        errors = self.answer.get("errors") or []
        return self.answer.get("error") or (errors[0]["message"] if errors else "")

    @property
    def error_told(self) -> str:
        """Return the first error in the language and zone in force."""
        return told(self.first_error, self.error_parts)
