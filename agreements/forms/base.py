"""What the forms of this application share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.models import Version


class Form(forms.Form):
    """A form that takes the refusals of a service in at the fields they are about."""

    def refuse(self, error: ValidationError) -> None:
        """Add what a service refused: by field where it names one that the form has, else above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, found in error.error_dict.items():
            self.add_error(field if field in self.fields else None, found)

    def typed(self) -> dict[str, Any]:
        """Return what was typed as initial values of a further form, so that it can be shown again unjudged."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }


def date_input() -> forms.DateInput:
    """Return the browser's own date field: typed or picked."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class DraftForm(Form):
    """Changes to a draft, made from the state of its text that the editor started from."""

    changed_at = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version as it is."""
        self.version = version
        kwargs["initial"] = {"changed_at": version.changed_at.isoformat(), **kwargs.pop("initial", {})}
        super().__init__(*args, **kwargs)

    def clean_changed_at(self) -> datetime:
        """Return when the text was written that the editor started from."""
        try:
            found = parse_datetime(self.cleaned_data["changed_at"])
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise ValidationError(_t("Reload the page: this form has lost its place."))
        return found

    def renew(self, version: Version) -> None:
        """Let a further submission of what was typed go over the text as it is now."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data["changed_at"] = version.changed_at.isoformat()
        self.data = data

    def document(self) -> Mapping[str, Any]:
        """Return the whole document with what was typed; raises DocumentRefused."""
        raise NotImplementedError

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        self.add_error(None, error)


class EditForm(DraftForm):
    """Changes that come with a reason."""

    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version's reason."""
        initial = {"note": version.note, **kwargs.pop("initial", {})}
        super().__init__(*args, version=version, initial=initial, **kwargs)
