"""Why a source brought no facts.

What is raised carries a sentence (monitoring/sentence.py), so that each reader is told it in their own language:
`ConnectorError(_("There is no sheet “%(name)s”.") % {"name": name})`, with `_` from monitoring.sentence.

ConnectorError           a sentence for the source's page, and whether trying again may help
└─ Unreachable           nobody answered, or not in time; `seen` says so in a word or two for the record
"""

from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _


class ConnectorError(Exception):
    """A fetch that brought no facts; the text is a sentence. `again` tells whether trying again may help.

    `wait` is the number of seconds for which the other end asked to be left alone.
    """

    def __init__(self, sentence: Sentence, *, again: bool = True, wait: int | None = None) -> None:
        """Keep the sentence for the source's page; no secret may stand in it."""
        super().__init__(sentence)
        self.again = again
        self.wait = wait


class Unreachable(ConnectorError):
    """Nobody answered in time, or not in the protocol that was asked for."""

    def __init__(self, sentence: Sentence, seen: str) -> None:
        """Keep the sentence, and the words for the record of a probe."""
        super().__init__(sentence)
        self.seen = seen


def garbled(sentence: Sentence) -> Unreachable:
    """Return the error for an answer that breaks its protocol: whoever asked for a page has not got it."""
    return Unreachable(sentence, "garbled answer")


def fault(error: Exception) -> Sentence:
    """Return the sentence for an exception that nobody foresaw, with what it says of itself."""
    return _("Unexpected fault: %(fault)s") % {"fault": f"{type(error).__name__}: {error}"}
