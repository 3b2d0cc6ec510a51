"""Forms of the steps of a breach."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.models import Breach, Cause
from slmo.accounts.models import Organisation, User


def causes() -> list[tuple[str, Any]]:
    """Return the causes to choose from, after a line that asks to choose."""
    return [("", _("Choose a cause")), *Cause.choices]


def people_of(*organisations: Organisation) -> Any:
    """Return the active people who act for these organisations by level, by name."""
    rows = User.objects.filter(
        is_active=True, assignments__organisation__in=organisations, assignments__level__isnull=False
    )
    return rows.distinct().order_by("name")


class ExplainForm(forms.Form):
    """Say where a breach came from."""

    cause = forms.ChoiceField(label=_("Cause"), choices=causes)
    explanation = forms.CharField(
        label=_("Explanation"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What happened, in words that the customer may read."),
    )


class CloseForm(forms.Form):
    """Close a breach."""

    outcome = forms.CharField(
        label=_("Outcome"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was done so that it does not happen again."),
    )


class NoteForm(forms.Form):
    """Add a line to the stream of a breach."""

    text = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(forms.Form):
    """Choose who carries a breach."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), empty_label=_("Choose a person"))

    def __init__(self, breach: Breach, *args: Any, **kwargs: Any) -> None:
        """Offer the people of both parties who act by level."""
        kwargs.setdefault("initial", {"owner": breach.owner_id})
        super().__init__(*args, **kwargs)
        agreement = breach.objective.agreement
        self.fields["owner"].queryset = people_of(agreement.provider, agreement.customer)  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """Settle several breaches with one explanation."""

    cause = forms.ChoiceField(label=_("Cause"), choices=causes)
    explanation = forms.CharField(label=_("One explanation for all of them"), widget=forms.Textarea(attrs={"rows": 2}))
    outcome = forms.CharField(label=_("What was done about it"), widget=forms.Textarea(attrs={"rows": 2}))
