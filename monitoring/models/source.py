"""Sources: where facts come from, and how each is doing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from monitoring.sentence import told
from slmo.accounts.vault import SecretsField


class Source(models.Model):
    """A place that is asked for facts, or that sends them; `kind` names a file under monitoring/connectors/.

    What is due stands in `next_due_at`; a worker that fetches holds `leased_until`, so that fetches never overlap, and
    the number of its `lease`, without which it writes nothing: one whose lease ran out, or whose source was changed
    meanwhile, comes too late. Up to `covered_until` a source that can be asked for the past was asked without a hole.
    """

    slug = models.SlugField(_("Short name"), max_length=80, unique=True)
    name = models.CharField(_("Name"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=20)
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="sources", verbose_name=_("Feeds"))
    config = models.JSONField(_("Configuration"), default=dict, blank=True)
    secrets = SecretsField(help_text="Settings that nobody is shown, by name, each sealed.")
    interval = models.PositiveIntegerField(_("Seconds between fetches"), default=60)
    enabled = models.BooleanField(_("In use"), default=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.BigIntegerField(default=0, db_default=0, help_text="Number of the last lease or change.")
    covered_until = models.DateTimeField(null=True, blank=True)
    overlap = models.PositiveIntegerField(
        _("Seconds asked for again"), default=600, db_default=600, help_text="For facts that come late."
    )
    asked_since = models.DateTimeField(null=True, blank=True, help_text="Set up, changed or put into use then.")
    silence_told_at = models.DateTimeField(null=True, blank=True, help_text="People were told of this silence then.")
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, help_text="In English.")
    last_error_parts = models.JSONField(null=True, blank=True, editable=False, help_text="To tell it in a language.")
    failures = models.PositiveIntegerField(default=0, help_text="Fetches that failed since the last success.")

    class Meta:
        ordering = ["name"]
        indexes = [
            # the sweep: which sources are due
            models.Index(fields=["next_due_at"], condition=models.Q(enabled=True), name="source_due")
        ]
        verbose_name = _("Source")

    def __str__(self) -> str:
        return self.name

    @property
    def error_told(self) -> str:
        """Return the last error in the language and zone in force."""
        return told(self.last_error, self.last_error_parts)


class SourceDay(models.Model):
    """How a source did on one day of UTC: seconds that its fetches covered, and how many came and failed."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="days")
    day = models.DateField()
    covered = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # outcomes_record: one row for each day; the page of a source: its last days
            models.UniqueConstraint(fields=["source", "day"], name="source_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.covered}"
