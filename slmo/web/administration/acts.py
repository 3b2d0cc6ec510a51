"""From a form to a verb and back."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def carried_out(form: forms.BaseForm, verb: Callable[[], object]) -> bool:
    """Carry out a verb and return whether it accepted; its refusals become errors of the form, at their fields."""
    try:
        verb()
    except ValidationError as refused:
        for name, messages in _by_field(refused).items():
            form.add_error(name if name in form.fields else None, messages)
        return False
    return True


def _by_field(refused: ValidationError) -> dict[str, list[str]]:
    """Return the sentences of a refusal by the field they belong to."""
    if hasattr(refused, "error_dict"):
        return {name: list(messages) for name, messages in refused.message_dict.items()}
    return {NON_FIELD_ERRORS: list(refused.messages)}
