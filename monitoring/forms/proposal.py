"""What every proposal asks for: why, on which proof, and what only the provider's people should read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from slmo.web.uploads import KINDS_SAID, TYPES


def words_area(rows: int) -> forms.Textarea:
    """Return a field for some lines of text."""
    return forms.Textarea(attrs={"rows": rows})


class ProposalForm(forms.Form):
    """Words and proof of a proposal; the service checks them."""

    reason = forms.CharField(
        label=_("Reason"), widget=words_area(3), help_text=_("Why, in words that the customer may read.")
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        widget=words_area(2),
        help_text=_("What proves it, and where that can be found: a log, a ticket, an e-mail."),
    )
    link = forms.CharField(
        label=_("Link to the evidence"), required=False, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=KINDS_SAID,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(TYPES)), "class": "form-control"}),
    )
    note = forms.CharField(
        label=_("Internal note"),
        required=False,
        widget=words_area(2),
        help_text=_("For your own organisation only; customers never see it."),
    )

    def words(self) -> dict[str, object]:
        """Return what the services take of it."""
        cleaned = self.cleaned_data
        names = ("reason", "evidence", "link", "note")
        return {**{name: cleaned[name] for name in names}, "upload": cleaned["file"]}


class DecisionForm(forms.Form):
    """The words of a decision."""

    word = forms.CharField(
        label=_("In a word"),
        required=False,
        widget=words_area(2),
        help_text=_("Needed where you say no. Customers do not see it."),
    )


class AnswerForm(forms.Form):
    """The answer to the question whether a final figure is restated."""

    word = forms.CharField(
        label=_("Why"), widget=words_area(3), help_text=_("Both parties read it beside the two figures.")
    )
    seen = forms.CharField(widget=forms.HiddenInput)
