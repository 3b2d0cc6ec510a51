"""Probe points: places from which probes look, and what each saw."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.fact import FactState
from monitoring.models.measured import DIGITS, PLACES
from monitoring.models.source import Source
from monitoring.sentence import told


class ProbePoint(models.Model):
    """A place from which probes look; the workers that name it in PROBE_POINTS serve its queue."""

    slug = models.SlugField(_("Short name"), max_length=40, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="A worker there did something then.")

    class Meta:
        ordering = ["name"]
        verbose_name = _("Probe point")

    def __str__(self) -> str:
        return self.name

    @property
    def queue(self) -> str:
        """Return the queue that its workers serve."""
        return f"probe.{self.slug}"


class ProbeLane(models.Model):
    """A source as one point looks at it: when it is due there next, and who is looking."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="lanes")
    point = models.ForeignKey(ProbePoint, models.CASCADE, related_name="lanes")
    next_due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, help_text="In English.")
    last_error_parts = models.JSONField(null=True, blank=True, editable=False, help_text="To tell it in a language.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "point"], name="lane_once")]
        indexes = [
            # the sweep of probe points: which lanes are due
            models.Index(fields=["next_due_at"], name="lane_due")
        ]

    def __str__(self) -> str:
        return f"{self.source} · {self.point}"

    @property
    def error_told(self) -> str:
        """Return the last error in the language and zone in force."""
        return told(self.last_error, self.last_error_parts)


class ProbeObservation(models.Model):
    """What a point saw in one interval of a source; kept until its facts are recorded, and a day more."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="observations")
    point = models.ForeignKey(ProbePoint, models.CASCADE, related_name="+")
    start = models.DateTimeField()
    state = models.PositiveSmallIntegerField(choices=FactState.choices)
    seen = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)

    class Meta:
        constraints = [
            # one look of a point for each interval, whatever is asked twice
            models.UniqueConstraint(fields=["source", "start", "point"], name="observation_once")
        ]

    def __str__(self) -> str:
        return f"{self.point} {self.start:%Y-%m-%dT%H:%M:%SZ} {self.get_state_display()}"
