"""Forms that bring agreements in from files."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form, date_input
from agreements.forms.parties import LARGEST, PartiesForm, TermsFile
from agreements.models import Agreement
from agreements.services.importing import Brought, Filling, text_bring


class ImportForm(Form):
    """A file or text, looked at before anything is opened."""

    use_required_attribute = False

    file = TermsFile(label=_("File"), help_text=_("An agreement in this portal's YAML, or OpenSLO."))
    text = forms.CharField(
        label=_("Or its text"), required=False, max_length=LARGEST, strip=False,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false", "class": "mono code-area"}),
    )  # fmt: skip
    effective_from = forms.DateField(
        label=_("In force from"), required=False, widget=date_input(),
        help_text=_("Replaces the date of the file; OpenSLO has none."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Take the file's text where there is a file, and need one of both."""
        data = super().clean() or self.cleaned_data
        data["content"] = data.get("file") or data.get("text") or ""
        if not data["content"].strip() and not self.errors:
            self.add_error("file", _t("Choose a file, or paste its text."))
        return data

    def brought(self) -> Brought:
        """Return what the file holds."""
        return text_bring(self.cleaned_data["content"], self.filling())

    def filling(self) -> Filling:
        """Return what is filled in before the terms are checked."""
        return Filling(effective_from=self.cleaned_data.get("effective_from"))

    def kept(self) -> dict[str, Any]:
        """Return what was typed, with the file's text in place of the file, to be shown again."""
        return {**self.typed(), "file": None, "text": self.cleaned_data.get("content", "")}


class DraftImportForm(ImportForm):
    """A draft of an agreement that is there already."""

    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        """Take the agreement that the draft is of."""
        super().__init__(*args, **kwargs)
        self.agreement = agreement

    def filling(self) -> Filling:
        """Return what the agreement itself says."""
        found = self.agreement
        return Filling(found.slug, found.timezone, self.cleaned_data.get("effective_from"))


class AgreementImportForm(ImportForm, PartiesForm):
    """New agreements: the parties, which no file can say."""

    field_order = ("title", "type", "slug", "service", "customer", "timezone", "effective_from", "file", "text")

    def filling(self) -> Filling:
        """Return what the chosen fields say."""
        data = self.cleaned_data
        return Filling(data.get("slug", ""), data.get("timezone", ""), data.get("effective_from"))

    def given(self) -> dict[str, Any]:
        """Return what `agreements_import` takes of the fields."""
        return {name: self.cleaned_data[name] for name in ("title", "slug", "type", "timezone", "effective_from")}
