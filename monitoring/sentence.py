"""Sentences that are stored once and told to each reader in the reader's own language and zone.

`gettext` and `ngettext` of this module stand in for Django's wherever a sentence may be kept: what they return is the
text in the language in force, and beside it the parts that it is made of. Stored are both (`kept`): the English text,
and the parts as JSON. `told` makes the reader's sentence of them; where the parts are missing, are another sentence's,
or are not understood, it is the text.

The parts are one of

    {"msgid": …, "values": {name: value}}       as in the catalogue; with "plural" and "count" where it counts
    {"engine": …}                               words of the engine, translated by their patterns
    {"text": …}                                 what another system said, which stays as it came

and a value is a text, a whole number, one of these again, or {"number": …}, {"instant": …}, {"day": …}, {"seconds": …}.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple, Self

from django.utils import timezone, translation

from slmo.accounts.vault import scrubbed
from slmo.web import words
from slmo.web.engine_words import engine_text

MOST = 2000  # characters of a stored text, and of its parts as JSON
VALUES = (600, 300, 150, 75, 40)  # characters of each value: as many as let the parts fit
_OTHERS = ("text", "engine")  # parts that are words, but none of the catalogue's
_WHOLE, _DIGITS = 10**18, 30  # numbers beyond these are told as they came
_PLACE = re.compile(r"%(?:\((\w+)\)[sd]|%)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # neither PostgreSQL's text nor its JSON holds these


class Sentence(str):
    """A sentence as it reads in the language in force, with the `parts` by which it is told in another."""

    parts: Mapping[str, Any]

    def __new__(cls, parts: Mapping[str, Any]) -> Self:
        """Take the parts; the text is made of them."""
        self = super().__new__(cls, _rendered(parts))
        self.parts = parts
        return self

    def __mod__(self, values: Any) -> "Sentence":
        """Return the sentence with its values by name; sentences and exceptions among them are translated as well."""
        return Sentence({**self.parts, "values": {name: _value(value) for name, value in values.items()}})

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (self.parts,)

    def told(self) -> str:
        """Return the sentence in the language and the zone in force now."""
        return _rendered(self.parts)

    def english(self) -> str:
        """Return the sentence in English, its times in UTC."""
        with translation.override("en"), timezone.override(UTC):
            return self.told()

    def without(self, secrets: Iterable[object]) -> "Sentence":
        """Return the sentence without the secrets that occur in it.

        Where one occurs in the words themselves, or only where words and values meet, the English text is all that
        is left.
        """
        hidden = list(secrets)
        clean = Sentence(_changed(self.parts, lambda text: scrubbed(text, hidden)))
        english = clean.english()
        return clean if scrubbed(english, hidden) == english else verbatim(scrubbed(english, hidden))


class Kept(NamedTuple):
    """A sentence as it is stored: the English text, and its parts as JSON; None where the text is all there is."""

    text: str
    parts: dict[str, Any] | None


def gettext(message: str) -> Sentence:
    """Return a text of the catalogue as a sentence."""
    return Sentence({"msgid": message})


def ngettext(singular: str, plural: str, count: int) -> Sentence:
    """Return a text of the catalogue that counts as a sentence."""
    return Sentence({"msgid": singular, "plural": plural, "count": count})


def verbatim(text: str) -> Sentence:
    """Return what another system said, which nobody translates."""
    return Sentence({"text": text})


def engine(text: str) -> Sentence:
    """Return words of the engine."""
    return Sentence({"engine": text})


def sentence_of(error: object) -> Sentence:
    """Return an exception's sentence, or a text as one; a text that is no sentence is taken as it came."""
    found = error.args[0] if isinstance(error, Exception) and error.args else error
    return found if isinstance(found, Sentence) else verbatim(str(error))


def kept(sentence: str) -> Kept:
    """Return a sentence as it is stored, both its forms bounded in size and free of what no column can hold."""
    whole = sentence_of(sentence)
    text = _storable(whole.english())[:MOST]
    if not text or "text" in whole.parts:
        return Kept(text, None)
    mark = _mark(text)
    for longest in VALUES:
        parts = {"of": mark, **_changed(whole.parts, partial(_cut, longest=longest))}
        if len(json.dumps(parts, ensure_ascii=False)) <= MOST:
            return Kept(text, parts)
    return Kept(text, None)


def told(text: str, parts: Any) -> str:
    """Return a stored sentence in the language and the zone in force.

    The parts are told only beside the very text that they were stored with: a text that was written since, by a
    portal that knows no parts, is told as it is.
    """
    try:
        return _rendered(parts) if text and parts and parts["of"] == _mark(text) else text
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
        return text  # parts of a later portal's making


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _cut(text: str, longest: int) -> str:
    text = _storable(text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _changed(parts: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return parts with all texts that are none of the catalogue's changed."""
    found: dict[str, Any] = {name: change(part) if name in _OTHERS else part for name, part in parts.items()}
    if "values" in parts:
        found["values"] = {name: _value_changed(one, change) for name, one in parts["values"].items()}
    return found


def _value_changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value with its texts changed; a number that is changed is a text from then on."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping) and "number" not in value:
        return _changed(value, change)
    digits = str(value["number"] if isinstance(value, Mapping) else value)
    return value if change(digits) == digits else change(digits)


def _value(value: object) -> Any:
    """Return a value as a part."""
    match value:
        case Sentence():
            return value.parts.get("text", value.parts)
        case Exception():
            return _value(sentence_of(value))
        case bool() | str():
            return str(value)
        case int():
            return value if abs(value) < _WHOLE else f"{Decimal(value):.6e}"
        case float() | Decimal():
            return _number(Decimal(str(value)))
        case datetime():
            return {"instant": value.astimezone(UTC).isoformat()}
        case date():
            return {"day": value.isoformat()}
        case timedelta():
            return {"seconds": str(Decimal(value // timedelta(microseconds=1)).scaleb(-6))}
    return str(value)


def _number(value: Decimal) -> Any:
    """Return a number with all its digits; one that is not finite, or very long, as a text."""
    if not value.is_finite() or max(abs(value.adjusted()), len(value.as_tuple().digits)) > _DIGITS:
        return str(value)[: _DIGITS * 2]
    text = f"{value:f}"
    return {"number": text.rstrip("0").rstrip(".") if "." in text else text}


def _rendered(parts: Mapping[str, Any]) -> str:
    """Return parts as a sentence in the language and the zone in force."""
    if "text" in parts:
        return str(parts["text"])
    if "engine" in parts:
        return engine_text(parts["engine"])
    message, plural, values = parts["msgid"], parts.get("plural"), parts.get("values")
    pattern = translation.ngettext(message, plural, parts["count"]) if plural else translation.gettext(message)
    return pattern if values is None else _PLACE.sub(lambda at: _shown(values[at[1]]) if at[1] else "%", pattern)


def _shown(value: Any) -> str:
    """Return a value as it reads in the language and the zone in force."""
    match value:
        case int():
            return words.number(value)
        case {"number": text}:
            exact = Decimal(text)
            return words.number(exact, max(0, -int(exact.as_tuple().exponent)))
        case {"instant": text}:
            zone = timezone.get_current_timezone_name()
            return words.when(datetime.fromisoformat(text), seconds=True) + (" UTC" if zone == "UTC" else "")
        case {"day": text}:
            return words.day(date.fromisoformat(text))
        case {"seconds": text}:
            return words.duration(Decimal(text))
        case str():
            return value
    return _rendered(value)
