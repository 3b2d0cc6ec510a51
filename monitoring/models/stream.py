"""What an indicator's facts have in common, kept beside them so that a question about it reads no month of facts.

Both tables are derived from the facts, in the transaction that records them, and can be made anew from them.
"""

from datetime import timedelta

from django.db import models

from agreements.models import Indicator

KIND_LONGEST = 12


class Stream(models.Model):
    """One stream of facts: those of one kind, origin and scope of an indicator.

    `first` is where the current facts begin and `last_change` where the last current change stands; both are empty
    where there is none. No fact ever began after `last`, and none was ever longer than `longest`: so a window is asked
    for no month in which nothing that reaches into it can lie.
    """

    kind = models.CharField(max_length=KIND_LONGEST)
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="streams")
    origin = models.CharField(max_length=80)
    scope = models.CharField(max_length=80, blank=True)
    first = models.DateTimeField(null=True, blank=True)
    last = models.DateTimeField()
    last_change = models.DateTimeField(null=True, blank=True)
    longest = models.DurationField(default=timedelta)
    highest = models.BigIntegerField(default=0, help_text="Highest number of its facts.")
    recorded_at = models.DateTimeField(help_text="When the last of them was recorded.")

    class Meta:
        constraints = [
            # facts_record: one row for each stream
            models.UniqueConstraint(fields=["indicator", "kind", "origin", "scope"], name="stream_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.origin} {self.scope}".strip()


class Keeping(models.Model):
    """For how many months the facts of one indicator are kept, where that is not what the setting says."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="keeping")
    months = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(months__gte=2), name="keeping_two_months_at_least"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.months}"


class FactName(models.Model):
    """Where the current fact of a key begins, for keys that do not say so: incidents and other names.

    A key that begins with its fact's start in epoch seconds, then `|` or `/`, is found by that and has no row here.
    """

    kind = models.CharField(max_length=KIND_LONGEST)
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+")
    origin = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # facts_record: a name stands for one current fact, in whatever month that lies
            models.UniqueConstraint(fields=["indicator", "kind", "origin", "key"], name="fact_name_once")
        ]

    def __str__(self) -> str:
        return self.key
