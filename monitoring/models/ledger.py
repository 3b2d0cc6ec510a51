"""The daily ledger: derived from facts, rebuildable, and always equal to the engine on the facts."""

from django.db import models

from agreements.models import Objective, Version


class LedgerDay(models.Model):
    """One local day of one objective: its seconds by class, and the outages that began or went on in it."""

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="ledger")
    day = models.DateField()
    version = models.ForeignKey(Version, models.SET_NULL, null=True, blank=True, related_name="+")
    out_of_term = models.PositiveIntegerField(default=0)
    out_of_hours = models.PositiveIntegerField(default=0)
    excluded = models.PositiveIntegerField(default=0)
    future = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    degraded = models.PositiveIntegerField(default=0)
    up = models.PositiveIntegerField(default=0)
    outages = models.PositiveIntegerField(default=0)
    longest_outage = models.PositiveIntegerField(default=0)
    down_from_start = models.PositiveIntegerField(default=0, help_text="Seconds of an outage that the day begins with.")
    down_to_end = models.PositiveIntegerField(default=0, help_text="Seconds of an outage at the end of the day.")
    unadjusted = models.JSONField(
        null=True, blank=True, help_text="Seconds by class without exclusions and corrections, where they differ."
    )
    tally = models.JSONField(
        null=True, blank=True, help_text="What the day adds to its period where seconds alone do not tell it."
    )
    unadjusted_tally = models.JSONField(
        null=True, blank=True, help_text="The same without exclusions and corrections, where it differs."
    )
    facts_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over the facts that cover the day.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objective", "day"], name="ledger_day_once")]

    def __str__(self) -> str:
        return f"{self.objective_id} {self.day}"
