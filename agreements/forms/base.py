"""What the forms of this application share."""

from django import forms
from django.core.exceptions import ValidationError


class Form(forms.Form):
    """A form that takes the refusals of a service in at the fields they are about."""

    def refuse(self, error: ValidationError) -> None:
        """Add what a service refused: by field where it names one that the form has, else above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, found in error.error_dict.items():
            self.add_error(field if field in self.fields else None, found)


def date_input() -> forms.DateInput:
    """Return the browser's own date field: typed or picked."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")
