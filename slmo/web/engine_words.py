"""What the engine refuses, said in the reader's language.

The engine knows no Django and speaks English (slmo/core/errors.py). Its sentences are made of few patterns
(engine_patterns.py); each is recognised by its fixed words, and translated as a whole. Text that fits no pattern is
shown as the engine wrote it.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from slmo.core.errors import EngineError, FactError, Said, TermError, shown
from slmo.core.yaml_file import YamlError
from slmo.web.engine_patterns import EXPECTED, FOUND, NOTES, SENTENCES

_VALUE = re.compile(r"%\((\w+)\)s")
_MEANT = re.compile(r'(?P<text>.*) \(did you mean "(?P<word>[^"]*)"\?\)', re.DOTALL)


@lru_cache(maxsize=1)
def _recognisers() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return every pattern as a regular expression, those with the most fixed words first."""
    patterns = sorted((*EXPECTED, *FOUND, *NOTES, *SENTENCES), key=lambda one: -len(_VALUE.sub("", one)))
    return tuple((re.compile(_expression(one), re.DOTALL), one) for one in patterns)


def _expression(pattern: str) -> str:
    pieces = _VALUE.split(pattern)  # fixed words and names of values by turns
    return "".join(f"(?P<{piece}>.+)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))


def engine_text(text: str) -> str:
    """Return words of the engine in the language in force; text of no known pattern stays as it is."""
    if meant := _MEANT.fullmatch(text):
        said = _("%(expected)s (did you mean “%(word)s”?)")
        return said % {"expected": engine_text(meant["text"]), "word": meant["word"]}
    for recogniser, pattern in _recognisers():
        if found := recogniser.fullmatch(text):
            return _filled(_(pattern), found.groupdict())
    return text


def _filled(pattern: str, values: dict[str, str]) -> str:
    """Return a pattern with its values; other percent signs are just text."""
    return _VALUE.sub(lambda place: values[place[1]], pattern)


def engine_sentences(error: EngineError) -> list[str]:
    """Return what the engine refuses in the language in force, one sentence an entry."""
    if isinstance(error, FactError):
        return [_refusal(_place(one), found_text(one.found), one.expected) for one in error.errors]
    if isinstance(error, TermError):
        return [_refusal(error.key or _("the document"), found_text(error.found), error.expected)]
    if isinstance(error, YamlError):
        return [_refusal(_("the document"), engine_text(error.found), error.expected)]
    return [engine_text(line) for line in str(error).splitlines() if line]


def engine_sentence(error: EngineError) -> str:
    """Return what the engine refuses as one text in the language in force."""
    return "\n".join(engine_sentences(error))


def _refusal(where: str, found: str, expected: str) -> str:
    """Return the sentence that both kinds of error share."""
    values = {"where": where, "found": found, "expected": engine_text(expected)}
    return _("%(where)s: found %(found)s, expected %(expected)s.") % values


def _place(error: FactError) -> str:
    """Return file, line and column in words."""
    parts = [error.file]
    if error.line > 0:
        parts.append(_("line %(line)s") % {"line": error.line})
    if error.column:
        parts.append(_("column “%(column)s”") % {"column": error.column})
    return ", ".join(parts)


def found_text(found: object) -> str:
    """Return what was found as a person reads it: quoted where it is text, described where it is not."""
    if found is None:
        return pgettext("found in a document", "nothing")
    if isinstance(found, dict):
        return pgettext("found in a document", "a mapping")
    if isinstance(found, list | tuple):
        return pgettext("found in a document", "a list")
    if isinstance(found, Said):
        return engine_text(found)
    if isinstance(found, str):
        return pgettext("found in a document", "“%(text)s”") % {"text": shown(found)[1:-1]}
    return shown(found)
