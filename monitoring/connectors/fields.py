"""The form by which a kind of source is configured, and its fields that are secrets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from slmo.accounts.vault import Secret

REMOVED = Secret("")  # what a secret's field yields where the one that is stored shall go
SECRET_MOST = 16_384


class SecretInput(forms.PasswordInput):
    """An input that never shows what is stored; where something is, an empty one keeps it, and a box removes it."""

    template_name = "components/secret_input.html"
    held = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Tell browsers that this is no password of the reader's."""
        super().__init__({"autocomplete": "new-password", "spellcheck": "false", **(attrs or {})}, render_value=False)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Tell the template whether a secret is stored and whether it may be removed."""
        context = super().get_context(name, None, attrs)
        context["widget"] |= {"held": self.held, "removable": self.held and not self.is_required}
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        """Return the input from the portal's own template, which Django's form renderer does not look for."""
        return mark_safe(get_template(template_name).render(context))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return what was typed, or that the stored one is to be removed."""
        typed = data.get(name)
        return REMOVED if not typed and data.get(f"{name}-remove") else typed


class SecretField(forms.Field):
    """A text that is encrypted at rest and shown to nobody; it cleans to a Secret, or to None where it was left empty.

    Nothing that was typed stands in an error, and the form never repeats it.
    """

    widget = SecretInput

    def to_python(self, value: Any) -> Secret | None:
        """Return what was typed as a Secret."""
        if isinstance(value, Secret):
            return value
        return Secret(str(value)) if value not in self.empty_values else None

    def validate(self, value: Any) -> None:
        """Refuse nothing where something is needed, and texts that can be no secret."""
        super().validate(value if value else None)
        if value and (len(value.reveal()) > SECRET_MOST or "\0" in value.reveal()):
            raise ValidationError(_("This is too long, or holds characters that no password has."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether something was typed."""
        return bool(data)


class ConfigForm(forms.Form):
    """The settings of a kind of source.

    `layout` lists the rows of fields as they stand on the page, `further` those that are folded away at first, `units`
    what a field is measured in, `placeholders` what an example of its content is. Fields that no row names follow.
    """

    layout: ClassVar[Sequence[Sequence[str]]] = ()
    further: ClassVar[Collection[str]] = ()
    units: ClassVar[Mapping[str, str | Promise]] = {}
    placeholders: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, held: Collection[str] = (), **kwargs: Any) -> None:
        """Show the form; secrets named in `held` are stored, and kept where nothing is typed."""
        super().__init__(*args, **kwargs)
        self.held = frozenset(held)
        for name in self.secret_names() & self.held:
            field = self.fields[name]
            field.widget.is_required = field.required
            field.widget.held, field.required = True, False

    @classmethod
    def secret_names(cls) -> frozenset[str]:
        """Return the names of the fields that take secrets."""
        return frozenset(name for name, field in cls.base_fields.items() if isinstance(field, SecretField))

    def text_checked(self, name: str, read: Callable[[str], Any]) -> str:
        """Return a text as it was typed; raise ValidationError, with the reader's sentence, where it cannot be read."""
        text = str(self.cleaned_data[name])
        try:
            read(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return text

    def settings(self) -> dict[str, Any]:
        """Return what was entered and may be shown."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret_names()}

    def secrets(self) -> dict[str, Secret | None]:
        """Return the secrets that were typed, and None for those that are to be removed."""
        found = {name: self.cleaned_data.get(name) for name in self.secret_names()}
        return {name: value or None for name, value in found.items() if value is not None}
