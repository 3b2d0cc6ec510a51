"""One piece of news in the outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """What happened, to what, and who should hear of it; written in the transaction in which it happened."""

    kind = models.CharField(_("kind"), max_length=40)
    recipient_ids = ArrayField(models.BigIntegerField(), default=list)
    context = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    url = models.CharField(_("address"), max_length=500)
    dedupe_key = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("created"))
    routed_at = models.DateTimeField(_("routed"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("id",)
        constraints = (
            # The same news enqueued again by a repeated task stays one message.
            models.UniqueConstraint(fields=("dedupe_key",), name="notify_message_dedupe"),
        )
        indexes = (
            # `outbox_drain` looks for messages that are not yet routed; there are few of them.
            models.Index(fields=("id",), condition=models.Q(routed_at__isnull=True), name="notify_message_unrouted"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}:{self.subject_id}"
