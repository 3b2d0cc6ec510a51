"""Facts: append-only and bitemporal. `start`/`end` say when it was so, `recorded_at` when it was learned."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from monitoring.models.evidence import Evidence
from monitoring.models.source import Source
from slmo.accounts.models import User


class FactState(models.IntegerChoices):
    """States of a service as rows keep them; `monitoring.reading` turns them into the engine's states."""

    UP = 0, _("up")
    DEGRADED = 1, _("degraded")
    DOWN = 2, _("down")
    UNKNOWN = 3, _("unknown")


class FactBatch(models.Model):
    """One delivery of facts: who or what brought it, and what became of its rows."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="batches")
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="batches")
    origin = models.CharField(max_length=80, help_text="Stream that the rows belong to, such as file, api, probe.")
    file_name = models.CharField(max_length=255, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name=_("Evidence")
    )
    evidence_link = models.URLField(max_length=500, blank=True, default="", db_default="")
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0, help_text="Rows that arrived.")
    new = models.PositiveIntegerField(default=0, help_text="Rows that said something new.")
    replaced = models.PositiveIntegerField(default=0, help_text="Earlier rows that they took the place of.")

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(fields=["indicator", "-recorded_at"], name="batch_latest")]

    def __str__(self) -> str:
        return f"{self.origin} {self.recorded_at:%Y-%m-%d %H:%M:%S}"


class Fact(models.Model):
    """The state of a service in `[start, end)`; without `end` it holds until the stream's next fact.

    A row never changes, but for `superseded_at`: the instant from which a later row of the same key holds instead.
    A row is current while that is empty; as known on date D are the rows with recorded_at ≤ D < superseded_at.

    The table is partitioned by the month of `start` (monitoring/months.py). A row with several `checks` is a run of
    equal states, made of the rows of these checks when their month was compacted: the first was recorded at
    `recorded_at`, the last at `recorded_until`, and the others evenly in between.
    """

    id = models.BigAutoField(primary_key=True)  # also the sequence number: of two at one instant the higher holds
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="facts", db_constraint=False, db_index=False)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    state = models.PositiveSmallIntegerField(choices=FactState.choices)
    scope = models.CharField(max_length=80, blank=True)
    origin = models.CharField(max_length=80)
    key = models.CharField(max_length=200, help_text="Identity within the origin: an incident, or start and scope.")
    reference = models.CharField(max_length=200, blank=True, help_text="What a person would look up: the incident.")
    override = models.BooleanField(default=False, help_text="A correction: wins over everything recorded before it.")
    batch = models.ForeignKey(FactBatch, models.PROTECT, related_name="facts", db_constraint=False, db_index=False)
    recorded_at = models.DateTimeField()
    checks = models.PositiveIntegerField(default=1, db_default=1)
    recorded_until = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # facts_record: one current row for each key of an origin, whatever is sent twice (across months by
            # FactName); assessment: the current facts of an indicator in order of time
            models.UniqueConstraint(
                fields=["indicator", "start", "origin", "key"],
                condition=models.Q(superseded_at__isnull=True),
                name="fact_current_once",
            ),
            models.CheckConstraint(
                condition=models.Q(end__isnull=True) | models.Q(end__gt=models.F("start")), name="fact_ends_after_start"
            ),
        ]
        indexes = [
            # assessment of a few days: the current facts that reach into them, however early they began
            models.Index(
                fields=["indicator", "end"], condition=models.Q(superseded_at__isnull=True), name="fact_current_end"
            ),
            # assessment: the last change of each stream before a window; facts_record: the next one after a change
            models.Index(
                fields=["indicator", "origin", "scope", "start"],
                condition=models.Q(superseded_at__isnull=True, end__isnull=True),
                name="fact_stream",
            ),
            # assessment: the scopes that an indicator's facts name, and since when
            models.Index(
                fields=["indicator", "scope", "start"],
                condition=models.Q(superseded_at__isnull=True) & ~models.Q(scope=""),
                name="fact_scopes",
            ),
            # "as known on": all facts of an indicator by the time they were learned
            models.Index(fields=["indicator", "recorded_at"], name="fact_recorded"),
        ]
        verbose_name = _("Fact")

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ} {self.get_state_display()}"
