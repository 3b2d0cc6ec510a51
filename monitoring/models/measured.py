"""Facts that are not states: events counted in buckets, samples, tasks, and what a person has stated.

Each table is append-only and bitemporal exactly like `Fact`: a row never changes but for `superseded_at`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from monitoring.models.fact import FactBatch

DIGITS, PLACES = 38, 15  # of numbers as they were measured: exact decimals, never floats
_CURRENT = models.Q(superseded_at__isnull=True)


class Measured(models.Model):
    """What all these tables have in common."""

    id = models.BigAutoField(primary_key=True)  # also the sequence number: of two for one thing the higher holds
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="%(class)ss")
    scope = models.CharField(max_length=80, blank=True)
    origin = models.CharField(max_length=80)
    key = models.CharField(max_length=200, help_text="Identity within the origin: a task, or start and scope.")
    reference = models.CharField(max_length=200, blank=True, help_text="What a person would look up.")
    override = models.BooleanField(default=False, help_text="A correction: wins over everything recorded before it.")
    batch = models.ForeignKey(FactBatch, models.PROTECT, related_name="%(class)ss")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Monthly(Measured):
    """Facts that machines deliver in large numbers: partitioned by the month in which they begin, without foreign keys.

    A month is made and dropped without a lock on any other table; what a row refers to is made in its transaction.
    """

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="%(class)ss", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(FactBatch, models.PROTECT, related_name="%(class)ss", db_constraint=False, db_index=False)

    class Meta:
        abstract = True


def current_once(name: str, *begins: str) -> models.UniqueConstraint:
    """Return the constraint of facts_record: one current row for each key of an origin, whatever is sent twice.

    Where a table is partitioned by `begins` that is part of it, and FactName sees to names across months; it then also
    serves the assessment, which asks for the current facts of an indicator in order of time.
    """
    return models.UniqueConstraint(
        fields=["indicator", *begins, "origin", "key"], condition=_CURRENT, name=f"{name}_current_once"
    )


def recorded_index(name: str) -> models.Index:
    """Return the index for "as known on": all facts of an indicator by the time they were learned."""
    return models.Index(fields=["indicator", "recorded_at"], name=f"{name}_recorded")


def indexes_of(name: str, begins: str, *ends: str) -> list[models.Index]:
    """Return the indexes of a table whose constraint does not begin with the time."""
    # assessment: the current facts of an indicator in order of time
    current = models.Index(fields=["indicator", begins, *ends], condition=_CURRENT, name=f"{name}_current")
    return [current, recorded_index(name)]


class Bucket(Monthly):
    """Events counted in `[start, end)`: how many there were, and how many of them were good.

    The table is partitioned by the month of `start`.
    """

    start = models.DateTimeField()
    end = models.DateTimeField()
    good = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    total = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)

    class Meta:
        constraints = [
            current_once("bucket", "start"),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start"), good__gte=0, good__lte=models.F("total")),
                name="bucket_good_of_total",
            ),
        ]
        indexes = [recorded_index("bucket")]
        verbose_name = _("Bucket of events")

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ} {self.good}/{self.total}"


class Sample(Monthly):
    """One value that was measured at an instant, partitioned by its month."""

    at = models.DateTimeField()
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)

    class Meta:
        constraints = [current_once("sample", "at")]
        indexes = [recorded_index("sample")]
        verbose_name = _("Sample")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.value}"


class Task(Measured):
    """A task with its whole log: `reference` is its name, by which it is one task whatever is told of it.

    `priorities` lists `[since, priority]`, the first since the opening; `pauses` lists `[start, end]`, the last without
    end while it lasts. Instants inside the lists are epoch seconds.
    """

    opened = models.DateTimeField()
    responded = models.DateTimeField(null=True, blank=True)
    resolved = models.DateTimeField(null=True, blank=True)
    priorities = models.JSONField(default=list, blank=True)
    pauses = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            current_once("task"),
            models.CheckConstraint(
                condition=(models.Q(responded__isnull=True) | models.Q(responded__gte=models.F("opened")))
                & (models.Q(resolved__isnull=True) | models.Q(resolved__gte=models.F("opened"))),
                name="task_ends_after_opening",
            ),
        ]
        indexes = [
            *indexes_of("task", "opened"),
            # assessment: what came to an end in a span, and what is still open
            models.Index(fields=["indicator", "resolved"], condition=_CURRENT, name="task_current_resolved"),
            models.Index(fields=["indicator", "responded"], condition=_CURRENT, name="task_current_responded"),
            # assessment, facts_record: all that is told of one task
            models.Index(fields=["indicator", "reference"], condition=_CURRENT, name="task_current_reference"),
        ]
        verbose_name = _("Task")

    def __str__(self) -> str:
        return self.reference or self.key


class Statement(Measured):
    """A person's statement that `[start, end)` met the target or did not; `reference` may name the proof's place."""

    start = models.DateTimeField()
    end = models.DateTimeField()
    met = models.BooleanField()
    by = models.CharField(max_length=200, help_text="Who stated it.")
    evidence = models.TextField(help_text="On which proof.")

    class Meta:
        constraints = [
            current_once("statement"),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="statement_ends_after_start"),
        ]
        indexes = indexes_of("statement", "start", "end")
        verbose_name = _("Statement")

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d} {self.by}"
