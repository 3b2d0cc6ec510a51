"""The settings that every probe has."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.fields import ConfigForm
from monitoring.models import ProbePoint

TIMEOUT_MOST, RETRIES_MOST, PAUSE_MOST = 30, 5, 20
LOOKING_MOST = 60  # seconds that one look may take with its retries: no lease of a fetch is longer


class ProbeForm(ConfigForm):
    """How long to wait, how often to look again before it counts as down, and from where to look."""

    timeout = forms.FloatField(
        label=_l("Seconds to wait for the answer"), min_value=0.1, max_value=TIMEOUT_MOST, initial=5, required=False
    )
    retries = forms.IntegerField(
        label=_l("Looks again before it is down"),
        min_value=0,
        max_value=RETRIES_MOST,
        initial=0,
        required=False,
        help_text=_l("Only where every look fails is it down."),
    )
    pause = forms.FloatField(
        label=_l("Pause before looking again"), min_value=0.1, max_value=PAUSE_MOST, initial=2, required=False
    )
    points = forms.MultipleChoiceField(
        label=_l("Probe points"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_l("Where it is asked from; none: from the portal itself."),
    )
    agree = forms.IntegerField(
        label=_l("Points that must agree that it is down"),
        min_value=1,
        max_value=50,
        initial=1,
        required=False,
        help_text=_l("Where too few points have looked to tell, it is unknown."),
    )
    records = forms.ChoiceField(
        label=_l("What is recorded"),
        choices=[
            ("state", _l("whether it is up")),
            ("time", _l("how many seconds the answer took")),
            ("answer", _l("whether the answer was good")),
        ],
        initial="state",
        required=False,
        help_text=_l("The first feeds availability, the second measured values, the third a share of good events."),
    )
    common = (("timeout", "retries", "pause"), ("points",), ("agree",), ("records",))
    further: ClassVar[Collection[str]] = ("timeout", "retries", "pause", "points", "agree", "records")
    units: ClassVar[Mapping[str, str | Promise]] = {"timeout": _l("seconds"), "pause": _l("seconds")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the points that there are; without any the question is not asked."""
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["points"]
        offered.choices = list(ProbePoint.objects.values_list("slug", "name"))
        if not offered.choices:
            del self.fields["points"], self.fields["agree"]

    def clean(self) -> dict[str, Any]:
        """Refuse more agreement than there are points, and looks that would take too long."""
        found = super().clean() or self.cleaned_data
        points, agree = found.get("points") or [], found.get("agree") or 1
        if points and agree > len(points):
            self.add_error("agree", ValidationError(_("There are fewer points than must agree.")))
        retries, timeout, pause = found.get("retries") or 0, found.get("timeout") or 5, found.get("pause") or 0
        if (retries + 1) * timeout + retries * pause > LOOKING_MOST:
            values = {"count": LOOKING_MOST}
            self.add_error("retries", _("All looks together may take at most %(count)d seconds.") % values)
        return found
