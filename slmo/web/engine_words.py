"""What the engine refuses, said in the reader's language.

The engine knows no Django and speaks English (slmo/core/errors.py). Its sentences are made of few patterns; each is
listed here with its values left open, recognised by its fixed words, and translated as a whole. Text that fits no
pattern is shown as the engine wrote it. tests/web/test_engine_words.py holds this list against the engine's source.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from django.utils.translation import pgettext

from slmo.core.errors import EngineError, FactError, Said, TermError, shown
from slmo.core.yaml_file import YamlError

# What was expected; values stand in the engine's f-strings where %(…)s stands here.
EXPECTED = (
    _n("%(first)s, because all documents are of one agreement"),
    _n("%(first)s: the zone belongs to the agreement"),
    _n("%(count)s values, as in the header"),
    _n("%(name)s to be a list of whole numbers from %(low)s to %(high)s"),
    _n("%(name)s to be a whole number from 1 to 999999"),
    _n("%(name)s without 0"),
    _n("BYDAY to be a list such as MO,TU or 1SU,-1FR"),
    _n("COUNT or UNTIL, not both"),
    _n("FREQ to be one of %(known)s"),
    _n("FREQ=HOURLY or less often"),
    _n("UNTIL to be a date such as 20261231, or a time such as 20261231T220000Z"),
    _n("UNTIL to be a date that exists"),
    _n("WKST to be one of %(known)s"),
    _n("YAML"),
    _n("a calendar of this document (%(known)s)"),
    _n("a calendar of this document (none is given)"),
    _n("a calendar that opens within a year"),
    _n("a closing that differs from the opening; the whole day is 00:00-24:00"),
    _n("a date after `from`"),
    _n("a date and a time of day that exist"),
    _n("a date such as 2026-01-31"),
    _n("a date that exists, such as 2026-01-31"),
    _n("a document with apiVersion slmo/v1 and kind Agreement"),
    _n("a duration of one second to 31 days"),
    _n("a duration such as 2h"),
    _n("a duration such as 30s, 5m, 4h or 2d"),
    _n("a duration such as 5m"),
    _n("a duration such as 60s"),
    _n("a header: %(headers)s"),
    _n("a key that is text"),
    _n("a later date in each amendment"),
    _n("a least share of time, such as >= 99.9%"),
    _n("a line of text of at most %(most)s printable characters"),
    _n("a list of dates"),
    _n("a list of exclusions"),
    _n("a list of hours such as [09:00-13:00, 14:00-18:00], or closed"),
    _n("a list of objectives"),
    _n("a list of priorities"),
    _n("a list of scopes; leave it out for all facts"),
    _n("a list such as [{below: 99.9%, percent: 10}]"),
    _n("a mapping of keys to values"),
    _n("a mapping with `from`"),
    _n("a mapping with a name"),
    _n("a name of at most %(most)s printable characters"),
    _n("a number"),
    _n("a number not below %(low)s"),
    _n("a number of ordinary size"),
    _n("a percentage from 0 to 100"),
    _n("a percentage of the charge such as 10"),
    _n("a plain number such as 0.999 or 99.9%"),
    _n("a recurrence rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=1SU"),
    _n("a rolling period of one minute to ten years"),
    _n("a rule of the parts %(known)s"),
    _n("a rule with FREQ"),
    _n("a rule with at most %(most)s starts"),
    _n("a share from 0% to 100%"),
    _n("a share such as 5% or 0.05"),
    _n("a share that can be reached, up to >= 100%"),
    _n("a share under `below`"),
    _n("a text"),
    _n("a time after `from`"),
    _n("a time not before the start, %(start)s"),
    _n("a time of day such as 02:00"),
    _n("a time of day such as 02:00, in quotes"),
    _n("a time with an offset or Z, in whole seconds, such as 2026-03-01T09:00:00+01:00"),
    _n("a time with an offset or Z, such as 2026-03-01T09:00:00+01:00"),
    _n("a value, because the indicator is %(indicator)s"),
    _n("a weekday, as in: as monday"),
    _n("a window between the years 2 and 9998"),
    _n("an IANA time zone"),
    _n("an agreement (apiVersion: slmo/v1)"),
    _n("an instant between the years 1 and 9999"),
    _n("an offset of at most 18 hours"),
    _n("an operator and a limit, such as >= 99.9%, <= 0.3 or <= 4h"),
    _n("at least one day with hours; leave it out for 24x7"),
    _n("at least one objective"),
    _n("at least one tier, each with its own `below`"),
    _n("at most %(most)s bytes"),
    _n("at most %(most)s levels"),
    _n("at,state or start,end,state: other facts are not assessed by this version yet"),
    _n("calendars by name"),
    _n("closed, as <weekday>, or hours"),
    _n("comma-separated values"),
    _n("dates"),
    _n("days such as mon, mon-thu or mon,wed"),
    _n("each column once"),
    _n("each day once; %(day)s is already given"),
    _n("each key once"),
    _n("each objective's name once"),
    _n("each scope once"),
    _n("hours such as 09:00-17:00"),
    _n("keys that are text"),
    _n("no such term, because the indicator is %(indicator)s"),
    _n("nothing, or yes for an interval with start and end"),
    _n("one of %(known)s"),
    _n('one of %(known)s, or "rolling 28d"'),
    _n("one of the headers %(headers)s, each with the optional columns %(columns)s"),
    _n("one of the keys %(known)s"),
    _n("one of up, degraded, down, unknown"),
    _n("one value for %(name)s"),
    _n("plain values without tags"),
    _n("printable text"),
    _n("text in UTF-8"),
    _n("text that can be written in UTF-8"),
    _n("texts, numbers, lists and mappings"),
    _n("the date from which contract periods are counted"),
    _n("the date from which the rule runs"),
    _n("the date on which it takes effect"),
    _n("the name of an IANA time zone, such as Europe/Berlin"),
    _n("the name of an objective (%(known)s)"),
    _n("the part written out"),
    _n("the terms"),
    _n("times from 00:00 to 23:59, or 24:00 as the closing"),
    _n("true or false"),
    _n("up, down, or a weight from 0 to 1 such as 0.5"),
)

# What was found, where the engine describes it instead of quoting it.
FOUND = (
    _n("%(count)s bytes"),
    _n("%(count)s values"),
    _n("a NUL byte"),
    _n("a list or mapping as a key"),
    _n("a merge key"),
    _n("an empty file"),
    _n("deeper nesting"),
    _n("half a character"),
    _n("no YAML"),
    _n("no YAML (%(reason)s)"),
    _n("the alias *%(name)s"),
    _n("the byte 0x%(byte)s"),
    _n("the character U+%(code)s"),
    _n("the column twice"),
    _n("the key %(key)s a second time"),
    _n("the tag %(tag)s"),
)

# Sentences that the engine says as a whole.
SENTENCES = (
    _n("A state is one of %(known)s; found %(found)s."),
    _n("A state must not end before it starts."),
    _n("Objective \"%(name)s\" is of the indicator %(indicator)s, which is not assessed yet."),
    _n("The agreement \"%(agreement)s\" has no objective \"%(name)s\"; it has %(known)s."),
    _n("The ledger's days do not cover the period exactly."),
)  # fmt: skip

_VALUE = re.compile(r"%\((\w+)\)s")
_MEANT = re.compile(r'(?P<text>.*) \(did you mean "(?P<word>[^"]*)"\?\)', re.DOTALL)


@lru_cache(maxsize=1)
def _recognisers() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return every pattern as a regular expression, those with the most fixed words first."""
    patterns = sorted((*EXPECTED, *FOUND, *SENTENCES), key=lambda one: -len(_VALUE.sub("", one)))
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
