"""Forms as the portal shows them: label above, help below, the error at the field and in a summary."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

CHECKS = (forms.CheckboxInput,)
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
SELECTS = (forms.Select, forms.SelectMultiple)


def widget_kind(bound: BoundField) -> str:
    """Return "check", "group", "select", "file" or "text": which template part draws the widget."""
    widget = bound.field.widget
    if isinstance(widget, GROUPS):
        return "group"
    if isinstance(widget, CHECKS):
        return "check"
    return "select" if isinstance(widget, SELECTS) else "text"


def described_by(bound: BoundField, help_text: str) -> str:
    """Return the ids of what describes the field: its help and its error."""
    ids = [f"{bound.auto_id}_help"] * bool(help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    return " ".join(ids)


def widget_attrs(bound: BoundField, kind: str, help_text: str, placeholder: str) -> dict[str, Any]:
    """Return the attributes that a widget gets besides its own."""
    classes = {"check": "form-check-input", "select": "form-select", "text": "form-control"}.get(kind, "")
    own = str(bound.field.widget.attrs.get("class", ""))
    attrs: dict[str, Any] = {"class": " ".join(filter(None, [classes, own, "is-invalid" if bound.errors else ""]))}
    described = described_by(bound, help_text)
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if placeholder:
        attrs["placeholder"] = placeholder
    return attrs


def field_render(
    bound: BoundField, *, unit: str = "", help_text: str = "", placeholder: str = "", css: str = ""
) -> SafeString:
    """Return one field as markup; a hidden one is the bare widget."""
    if bound.is_hidden:
        return bound.as_widget()
    shown_help = help_text or str(bound.help_text or "")
    kind = widget_kind(bound)
    context = {
        "field": bound,
        "widget": bound.as_widget(attrs=widget_attrs(bound, kind, shown_help, placeholder)),
        "kind": kind,
        "unit": unit,
        "help": shown_help,
        "css": css,
    }
    return render_to_string("components/field.html", context)


def errors_of(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """Return the errors of a form as (id of the field or "", its label, sentence)."""
    found = [("", "", str(error)) for error in form.non_field_errors()]
    for bound in form:
        found += [(bound.auto_id or "", str(bound.label), str(error)) for error in bound.errors]
    return found
