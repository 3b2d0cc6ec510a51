"""Results: a verdict for each period of each objective, and where each objective stands now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Objective, Version


class ResultState(models.TextChoices):
    """Whether a figure may still move."""

    PROVISIONAL = "provisional", _("provisional")
    CLOSED = "closed", _("closed")


class PeriodResult(models.Model):
    """The figures of one objective in one period, with everything that is needed to check them.

    `good`, `total`: exact seconds, events, slices or tasks. `achieved`, `lower`, `upper`: decimal text truncated to
    nine places; `value` stands where a figure is no share, cut so that it flatters nobody.
    A closed result is frozen: a restatement is a further row with a higher `revision`.
    """

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="results")
    start = models.DateTimeField()
    end = models.DateTimeField()
    version = models.ForeignKey(Version, models.SET_NULL, null=True, blank=True, related_name="+")
    verdict = models.CharField(max_length=13)
    target = models.CharField(max_length=40, blank=True)
    achieved = models.CharField(max_length=24, blank=True)
    value = models.CharField(max_length=80, blank=True, default="", db_default="")
    lower = models.CharField(max_length=24, blank=True)
    upper = models.CharField(max_length=24, blank=True)
    unadjusted = models.CharField(max_length=80, blank=True)
    good = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    total = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    seconds = models.JSONField(default=dict)
    budget_allowed = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    budget_consumed = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    credit_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    credit_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    outages = models.PositiveIntegerField(default=0)
    longest_outage = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    provenance = models.JSONField(default=dict)
    state = models.CharField(max_length=11, choices=ResultState.choices, default=ResultState.PROVISIONAL)
    revision = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    assessed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["objective_id", "start"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "start", "revision"], name="result_revision_once"),
            models.UniqueConstraint(
                fields=["objective", "start"], condition=models.Q(current=True), name="result_current_once"
            ),
        ]
        indexes = [
            # the compliance matrix and the month report: all current results that ended in a span of time
            models.Index(fields=["end", "objective"], condition=models.Q(current=True), name="result_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.objective_id} {self.start:%Y-%m-%d} {self.verdict}"


class ObjectiveStatus(models.Model):
    """Where one objective stands, and what is still to be assessed.

    `due_from` is the earliest instant whose facts changed since the last assessment; `look_at` is when time alone may
    change the verdict. Both are rows, not messages, so that nothing is forgotten.
    """

    objective = models.OneToOneField(Objective, models.CASCADE, primary_key=True, related_name="status")
    verdict = models.CharField(max_length=13, default="no_data")
    result = models.ForeignKey(PeriodResult, models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateTimeField(null=True, blank=True)
    now_state = models.PositiveSmallIntegerField(null=True, blank=True)
    exhausted_at = models.DateTimeField(null=True, blank=True)
    due_from = models.DateTimeField(null=True, blank=True)
    due_until = models.DateTimeField(
        null=True, blank=True, help_text="End of what changed since the last assessment; empty: everything after it."
    )
    look_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(
        null=True, blank=True, help_text="Not before this instant again, because the last try failed."
    )
    error = models.TextField(blank=True, help_text="Why the last try failed.")
    assessed_at = models.DateTimeField(null=True, blank=True)
    compare_from = models.DateTimeField(
        null=True, blank=True, help_text="From here on its two measurements are to be compared; empty: they are."
    )
    compare_retry_at = models.DateTimeField(
        null=True, blank=True, help_text="No comparison before this instant, because the last one failed."
    )
    terms_digest = models.CharField(
        max_length=64, blank=True, help_text="`Agreement.terms_digest` that was assessed; where it differs, all is due."
    )
    basis = models.CharField(
        max_length=32, blank=True, help_text="What was read: digest of the indicator and of how its gaps are read."
    )
    facts_seen = models.BigIntegerField(default=0, help_text="Highest fact id that the results have taken in.")

    class Meta:
        indexes = [
            # assess_due: objectives with new facts
            models.Index(fields=["due_from"], condition=models.Q(due_from__isnull=False), name="status_due"),
            # assess_due: objectives whose clock moved on
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="status_look"),
            # differences_due: objectives whose two measurements are to be compared
            models.Index(
                fields=["compare_from"], condition=models.Q(compare_from__isnull=False), name="status_compare"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective_id} {self.verdict}"
