"""Corrections: facts that were recorded wrongly, put right by two people and never by editing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator, Objective
from monitoring.models.fact import FactBatch
from monitoring.models.proposal import Proposal, ends_after_start, two_people, waiting_index


class Correction(Proposal):
    """What really was the case in `[start, end)`: further facts that win over all that were recorded before.

    `rows` are facts of the indicator's kind, written as the HTTP API takes them; approval records them as `batch`.
    `objective` is the one from whose page it was proposed; the facts hold for every objective that reads them.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="corrections")
    objective = models.ForeignKey(Objective, models.SET_NULL, null=True, blank=True, related_name="+")
    rows = models.JSONField()
    batch = models.ForeignKey(FactBatch, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [two_people("correction_two_people"), ends_after_start("correction_ends_after_start")]
        indexes = [
            waiting_index("correction_waiting"),
            # the figures behind a restatement; the list of one indicator's corrections
            models.Index(fields=["indicator", "start"], name="correction_by_indicator"),
        ]
        verbose_name = _("Correction")

    def __str__(self) -> str:
        return f"{self.indicator} {self.start:%Y-%m-%d}"
