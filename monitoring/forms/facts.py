"""Forms of facts: a file to import, and a single fact entered by hand."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from agreements.selectors import indicators_visible
from monitoring.models import FactState
from slmo.accounts.models import User
from slmo.accounts.policy import can


def moment_input() -> forms.DateTimeInput:
    """Return a field for a day and a time, to the second, in the reader's zone."""
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


def indicators_for(user: User, action: str) -> Any:
    """Return the indicators about which the person may do the act."""
    rows = indicators_visible(user)
    allowed = [row.pk for row in rows if can(user, action, row.service.organisation)]
    return rows.filter(pk__in=allowed).order_by("service__name", "name")


class UploadForm(forms.Form):
    """Choose a file of facts and the indicator that it is about."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label=_("What the facts are about"),
        empty_label=_("Choose an indicator"),
        help_text=_("A service and what is measured about it."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, at most 32 MB, with the columns at,state or start,end,state; optionally scope."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain", "class": "form-control"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Offer the indicators that this person may import facts about."""
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = indicators_for(user, "facts_import")  # type: ignore[attr-defined]


class FactForm(forms.Form):
    """Enter one fact by hand."""

    state = forms.TypedChoiceField(label=_("State"), choices=FactState.choices, coerce=int, widget=forms.RadioSelect)
    start = forms.DateTimeField(label=_("From"), widget=moment_input())
    end = forms.DateTimeField(
        label=_("Until"),
        widget=moment_input(),
        required=False,
        help_text=_("Left empty: until the next fact that is entered by hand."),
    )
    scope = forms.CharField(
        label=_("Where"), max_length=80, required=False, help_text=_("A region or site; left empty: everywhere.")
    )
    reason = forms.CharField(
        label=_("How you know"),
        max_length=200,
        help_text=_("Who told you, or which ticket says so. It stands beside the fact for good."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an end that does not lie after the start."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
            self.add_error("end", _("The end lies before the start; expected a later time."))
        return cleaned
