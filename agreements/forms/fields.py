"""Fields of terms: limits with operator and unit, lengths of time, plain numbers; cleaned to the text of the format."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from babel.numbers import get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from slmo.core.errors import EngineError
from slmo.core.units import exact_decimal, parse_duration
from slmo.web import words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
Choices: TypeAlias = Sequence[tuple[str, "str | _StrPromise"]]
NUMBER = re.compile(r"[0-9]{1,20}([.,][0-9]{1,15})?")
LITERAL = re.compile(r"(>=|<=|>|<)?\s*(\S+)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
OPERATORS: Choices = (
    (">=", _("at least")),
    (">", _("more than")),
    ("<=", _("at most")),
    ("<", _("less than")),
)
AT_LEAST: Choices = OPERATORS[:2]
TIMES: Choices = (("s", _("seconds")), ("m", _("minutes")), ("h", _("hours")), ("d", _("days")))
PERCENT, PLAIN = "%", "number"


def number_clean(typed: str) -> str:
    """Return a typed number as the format writes it: "99,95 %" is "99.95"; raises ValidationError."""
    text = re.sub(r"[\s%]", "", typed)
    if not NUMBER.fullmatch(text):
        raise ValidationError(_t("Give a number such as 99.9."))
    return text.replace(",", ".")


def number_shown(text: str) -> str:
    """Return a number of the format as people write it in the language in force: "99,95"."""
    return text.replace(".", get_decimal_symbol(words.locale_now()))


def duration_write(seconds: int) -> str:
    """Return a length of time as the format writes it, in the largest unit that divides it: 5400 is "90m"."""
    unit = next(name for name in ("d", "h", "m", "s") if seconds % SECONDS[name] == 0) if seconds else "s"
    return f"{seconds // SECONDS[unit]}{unit}"


def duration_split(literal: str) -> tuple[str, str] | None:
    """Return amount and unit of a length of time in the format, None where it is none."""
    try:
        text = duration_write(parse_duration(literal))
    except EngineError:
        return None
    return text[:-1], text[-1]


def duration_clean(amount: str, unit: str) -> str:
    """Return a typed length of time in the format; raises ValidationError where it is no whole number of seconds."""
    seconds = Fraction(number_clean(amount)) * SECONDS.get(unit, 1)
    if seconds.denominator != 1 or seconds > 10**9:
        raise ValidationError(_t("Give a length of time in whole seconds."))
    return duration_write(int(seconds))


class PartsWidget(forms.MultiWidget):
    """Several small inputs side by side; the one named "" carries the field's own name and label."""

    widgets_names: list[str]

    def __init__(self, parts: Mapping[str, forms.Widget], labels: Mapping[str, Text]) -> None:
        """Take the inputs by the end of their names, and what those beside the main one are called."""
        super().__init__(widgets=dict(parts))
        self.labels = [labels.get(name) for name in parts]
        self.main = list(parts).index("")

    def id_for_label(self, id_: str) -> str:
        """Return the id of the main input."""
        return f"{id_}_{self.main}" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give each input the class of its sort, and its own name for screen readers."""
        context = super().get_context(name, value, attrs)
        for widget, label, part in zip(self.widgets, self.labels, context["widget"]["subwidgets"], strict=True):
            if isinstance(widget, forms.Select):
                part["attrs"]["class"] = part["attrs"].get("class", "").replace("form-control", "form-select")
            if label is not None:
                part["attrs"]["aria-label"] = label
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the inputs in one row."""
        return format_html('<div class="parts">{}</div>', super().render(name, value, attrs, renderer))

    def decompress(self, value: Any) -> list[str | None]:
        """Return the values of the inputs for a text of the format."""
        raise NotImplementedError


def number_input() -> forms.TextInput:
    """Return the input of a number: text, so that both decimal signs can be typed."""
    return forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "num-input"})


class LimitWidget(PartsWidget):
    """Operator, number and unit; a choice of one is not shown."""

    def __init__(self, operators: Choices, units: Choices) -> None:
        """Offer these operators and units; where there is only one of them the field itself says it."""
        self.operators, self.units = operators, units
        parts: dict[str, forms.Widget] = {"op": forms.Select(choices=operators)} if len(operators) > 1 else {}
        parts[""] = number_input()
        if len(units) > 1:
            parts["unit"] = forms.Select(choices=units)
        super().__init__(parts, {"op": _("How it is compared"), "unit": _("Unit")})

    def decompress(self, value: Any) -> list[str | None]:
        """Return operator, number and unit of "<= 4h", as far as they are shown."""
        op, amount, unit = limit_split(str(value or ""))
        if unit not in dict(self.units):
            unit = self.units[0][0]
        parts = {"op": op or self.operators[0][0], "": number_shown(amount), "unit": unit}
        return [parts[name.removeprefix("_")] for name in self.widgets_names]


def limit_split(literal: str) -> tuple[str, str, str]:
    """Return operator, amount and unit of a limit in the format; what is missing is empty."""
    match = LITERAL.fullmatch(literal.strip())
    if match is None:
        return "", literal, ""
    op, rest = match[1] or "", match[2]
    if rest.endswith("%"):
        return op, rest[:-1], PERCENT
    duration = duration_split(rest)
    return (op, *duration) if duration else (op, rest, PLAIN)


def limit_plain(literal: str) -> str:
    """Return a limit or length of the format as the fields write it: ">=60s" is ">= 1m"; other text as it is."""
    op, amount, unit = limit_split(literal)
    return f"{op} {amount}{unit if unit != PLAIN else ''}".strip()


class LimitField(forms.Field):
    """A limit; cleaned to the text of the format such as ">= 99.9%", "<= 0.3" or "<= 4h"."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Give the limit.")}

    def __init__(self, *, operators: Choices = OPERATORS, units: Choices, **kwargs: Any) -> None:
        """Offer these operators and units; a single operator "" writes no operator."""
        self.operators, self.units = operators, units
        self.unit = str(units[0][1]) if len(units) == 1 else ""
        super().__init__(widget=LimitWidget(operators, units), **kwargs)

    def clean(self, value: Any) -> str:
        """Return the limit as the format writes it."""
        op, amount, unit = self._parts(value)
        if not amount.strip():
            if self.required:
                raise ValidationError(self.error_messages["required"])
            return ""
        if unit in SECONDS:
            text = duration_clean(amount, unit)
        else:
            text = number_clean(amount) + ("%" if unit == PERCENT else "")
        return f"{op} {text}".strip()

    def _parts(self, value: Any) -> tuple[str, str, str]:
        names = [name.removeprefix("_") for name in self.widget.widgets_names]
        given = dict(zip(names, value or [], strict=False))
        op, unit = given.get("op"), given.get("unit")
        op = op if op in dict(self.operators) else self.operators[0][0]
        return op, given.get("") or "", unit if unit in dict(self.units) else self.units[0][0]


class DurationField(LimitField):
    """A length of time; cleaned to the text of the format such as "5m"."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Give a length of time.")}

    def __init__(self, *, units: Choices = TIMES, start: str = "m", **kwargs: Any) -> None:
        """Offer these units; the field begins with minutes unless another one is named."""
        ordered = sorted(units, key=lambda one: one[0] != start)
        super().__init__(operators=(("", ""),), units=[*ordered], **kwargs)


class DefaultChoice(forms.ChoiceField):
    """A choice where nothing that is sent means what it begins with; it need not be made where that says nothing."""

    def __init__(self, *, choices: Any, **kwargs: Any) -> None:
        """Take the choices; browsers refuse to send an empty one that they take for required."""
        super().__init__(choices=choices, required=bool(choices[0][0]), **kwargs)

    def clean(self, value: Any) -> str:
        """Return the choice, the first one where none was made."""
        return str(super().clean(value or self.initial or self.choices[0][0]))  # type: ignore[index]


class NumberField(forms.CharField):
    """A plain number with either decimal sign; cleaned to the format's text."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        """Take the unit that is written beside the field."""
        self.unit = unit
        super().__init__(widget=number_input(), max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the number as people write it."""
        return number_shown(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Return the number as the format writes it, empty where none is given."""
        typed = super().clean(value)
        return number_clean(typed) if typed else ""


def number_json(text: str) -> int | float:
    """Return a number of the format as JSON holds it."""
    return float(text) if "." in text and Fraction(text).denominator != 1 else int(Fraction(text))


def number_text(value: object) -> str:
    """Return a number of a document as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value or "")
    return exact_decimal(Fraction(str(value)))


def listed(typed: str) -> list[str]:
    """Return what was typed as a list, separated by commas, semicolons or line ends."""
    return [one.strip() for one in re.split(r"[,;\n]", typed) if one.strip()]
