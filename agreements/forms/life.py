"""Forms about the end and the renewal of an agreement."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form, date_input
from agreements.forms.terms import ProofForm
from agreements.models import Side

TOGETHER, NOTICE, RECORDED = "together", "notice", "recorded"


class EndForm(ProofForm):
    """How and when an agreement ends: together, by one's own notice, or by that of a side without people here."""

    way = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    side = forms.ChoiceField(label=_("For which side"), choices=Side.choices, required=False)
    ends_on = forms.DateField(
        label=_("Last day"), widget=date_input(), help_text=_("At the end of this day the agreement is over.")
    )
    listed = forms.ChoiceField(label=_("Agreed ground"), required=False)
    ground = forms.CharField(label=_("Why"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}))
    notified = forms.DateField(label=_("Notice was given on"), required=False, widget=date_input())
    signer_name = forms.CharField(label=_("Who gave notice"), required=False, max_length=200)
    evidence = forms.CharField(
        label=_("Evidence"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Where the notice is kept: letter and date, archive number."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, ways: Mapping[str, Any], sides: list[str], grounds: list[str], **kwargs: Any
    ) -> None:
        """Offer the ways, sides and agreed grounds that the person has."""
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = list(ways.items())  # type: ignore[attr-defined]
        self.fields["side"].choices = [one for one in Side.choices if one[0] in sides]  # type: ignore[attr-defined]
        self.fields["listed"].choices = [("", _("none of them")), *((one, one) for one in grounds)]  # type: ignore[attr-defined]
        for name, shown in (("side", len(sides) > 1), ("listed", bool(grounds))):
            if not shown:
                del self.fields[name]
        if RECORDED not in ways:
            for name in ("notified", "signer_name", "evidence"):
                del self.fields[name]
        for name in ("password", "code"):
            if name in self.fields:
                self.fields[name].required = False  # only a notice is signed here

    def clean(self) -> dict[str, Any]:
        """A notice needs the signer's password, a recorded one its day."""
        data = super().clean() or self.cleaned_data
        needed = {NOTICE: ("password", "code"), RECORDED: ("notified", "signer_name", "evidence")}
        for name in needed.get(data.get("way", ""), ()):
            if name in self.fields and not data.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return data


class RenewForm(Form):
    """What a negotiated renewal begins with."""

    last_day = forms.DateField(label=_("New last day"), widget=date_input())
    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip
