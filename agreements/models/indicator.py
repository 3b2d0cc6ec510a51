"""Service level indicators: what is measured about a service, whoever has promised what about it."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.service import Service
from slmo.accounts.models import Organisation


class IndicatorKind(models.TextChoices):
    """Kinds of indicator (docs/arithmetic.md)."""

    AVAILABILITY = "availability", _("availability")
    RATIO = "ratio", _("share of good events")
    SLICES = "slices", _("share of good time slices")
    VALUE = "value", _("measured value")
    TASKS = "tasks", _("tasks in time")
    OUTAGES = "outages", _("outages")
    ATTESTED = "attested", _("attested by a person")


# Which indicators can judge an objective of a kind: those whose facts it reads (docs/formats.md, facts.csv).
MEASURED_BY: Mapping[str, tuple[str, ...]] = {
    IndicatorKind.AVAILABILITY: (IndicatorKind.AVAILABILITY, IndicatorKind.OUTAGES),
    IndicatorKind.RATIO: (IndicatorKind.RATIO,),
    IndicatorKind.SLICES: (IndicatorKind.SLICES, IndicatorKind.RATIO, IndicatorKind.VALUE),
    IndicatorKind.VALUE: (IndicatorKind.VALUE,),
    IndicatorKind.TASKS: (IndicatorKind.TASKS,),
    IndicatorKind.OUTAGES: (IndicatorKind.OUTAGES, IndicatorKind.AVAILABILITY),
    IndicatorKind.ATTESTED: (IndicatorKind.ATTESTED,),
}


class Indicator(models.Model):
    """A stream of facts about one service; objectives of several agreements may read the same one.

    `measured_by` is the customer who measures; empty where the provider of the service does. Facts and sources of the
    indicator are that party's measurement.
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="indicators")
    slug = models.SlugField(_("Short name"), max_length=80)
    name = models.CharField(_("Name"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=16, choices=IndicatorKind.choices, default=IndicatorKind.AVAILABILITY)
    gaps_up = models.BooleanField(
        _("Silence means up"),
        default=False,
        help_text=_("For outage lists: what no fact covers counts as up. Otherwise it is unknown."),
    )
    recorded_from = models.DateTimeField(
        _("Recorded since"),
        null=True,
        blank=True,
        help_text=_("Before this instant nothing is known, even where silence means up."),
    )
    recorded_until = models.DateTimeField(
        _("Recorded until"),
        null=True,
        blank=True,
        help_text=_("After this instant nothing is known, even where silence means up."),
    )

    measured_by = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        verbose_name=_("Whose measurement"),
        help_text=_("The customer who measures; empty: the provider does."),
    )
    comparable_since = models.DateTimeField(
        _("Comparable since"),
        null=True,
        blank=True,
        help_text=_("Earlier figures were measured in another way: backtests say so."),
    )
    comparable_note = models.CharField(_("What changed then"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["service__name", "name"]
        constraints = [models.UniqueConstraint(fields=["service", "slug"], name="indicator_once")]
        verbose_name = _("Service level indicator")

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"
