"""Forms of the operations pages."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def errors_take(form: forms.BaseForm, error: ValidationError) -> None:
    """Show what a service refused at the fields that it names, and above the form where it names none."""
    named = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in named.items():
        form.add_error(name if name in form.fields else None, ValidationError(errors))
