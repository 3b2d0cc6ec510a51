"""Which alerts are meant: matchers in Alertmanager's own words, such as `severity=~"page|critical"`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from monitoring.sentence import gettext as _

_ONE = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s{}]*))\s*')
PATTERN_MOST, REPEATS_MOST, TEXT_MOST = 200, 3, 256  # of a regular expression, and of what it is held against
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda wanted, found: found == wanted,
    "!=": lambda wanted, found: found != wanted,
    "=~": lambda wanted, found: _fits(wanted, found),
    "!~": lambda wanted, found: not _fits(wanted, found),
}


class Matcher(NamedTuple):
    """A test of one label; a label that is missing is empty."""

    label: str
    operator: str
    value: str

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an alert with these labels is meant."""
        return _TESTS[self.operator](self.value, labels.get(self.label, ""))


def matchers_read(text: str) -> list[Matcher]:
    """Return the matchers of one line, separated by commas; raises ValueError with a sentence."""
    found: list[Matcher] = []
    rest = text.strip()
    while rest:
        one = _ONE.match(rest)
        after = rest[one.end() :] if one else rest
        if one is None or (after and not after.startswith(",")):
            raise ValueError(
                _('Expected matchers such as severity="page", region=~"eu-.*"; found “%(text)s”.') % {"text": rest[:80]}
            )
        found.append(_matcher(one))
        rest = after[1:].strip()
    return found


def all_hold(matchers: Sequence[Matcher], labels: Mapping[str, str]) -> bool:
    """Tell whether an alert passes all matchers; without any it does."""
    return all(matcher.holds(labels) for matcher in matchers)


def _matcher(one: re.Match[str]) -> Matcher:
    label, operator, quoted, plain = one.groups()
    value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None and "~" not in operator else (quoted or plain or "")
    if "~" in operator:
        _pattern_check(value)
    return Matcher(label, operator, value)


def _pattern_check(pattern: str) -> None:
    """Raise ValueError for a pattern that is none, or that could take for ever."""
    try:
        re.compile(pattern)
    except re.error:
        raise ValueError(_("“%(pattern)s” is no regular expression.") % {"pattern": pattern[:80]}) from None
    repeats = len(re.findall(r"[*+{]", pattern))
    if len(pattern) > PATTERN_MOST or repeats > REPEATS_MOST or re.search(r"[*+}]\)?[*+{]|\)[*+{]|\\\d", pattern):
        raise ValueError(_("“%(pattern)s” is too long, or repeats too much.") % {"pattern": pattern[:80]})


def _fits(pattern: str, text: str) -> bool:
    return len(text) <= TEXT_MOST and re.fullmatch(pattern, text) is not None
