"""Why a source brought no facts.

ConnectorError           a sentence for the source's page, and whether trying again may help
└─ Unreachable           nobody answered, or not in time; `seen` says so in a word or two for the record
"""


class ConnectorError(Exception):
    """A fetch that brought no facts; the text is a sentence. `again` tells whether trying again may help.

    `wait` is the number of seconds for which the other end asked to be left alone.
    """

    def __init__(self, sentence: str, *, again: bool = True, wait: int | None = None) -> None:
        """Keep the sentence for the source's page; no secret may stand in it."""
        super().__init__(sentence)
        self.again = again
        self.wait = wait


class Unreachable(ConnectorError):
    """Nobody answered in time, or not in the protocol that was asked for."""

    def __init__(self, sentence: str, seen: str) -> None:
        """Keep the sentence, and the words for the record of a probe."""
        super().__init__(sentence)
        self.seen = seen


def garbled(sentence: str) -> Unreachable:
    """Return the error for an answer that breaks its protocol: whoever asked for a page has not got it."""
    return Unreachable(sentence, "garbled answer")
