"""A secret in memory: only who asks for its text by name gets it."""

import hmac
from collections.abc import Iterable
from typing import NoReturn

MASK = "•••"
SHORTEST = 4  # what is shorter occurs in sentences by chance, and is no secret


class Secret:
    """A text that no representation, log line, template or file shows by accident; `reveal` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it where it belongs."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is not written anywhere.")

    def __deepcopy__(self, memo: object) -> "Secret":
        return self


def scrubbed(text: str, secrets: Iterable[object]) -> str:
    """Return a text without the secrets that occur in it: others' messages sometimes repeat what they were sent."""
    for secret in secrets:
        shown = secret.reveal() if isinstance(secret, Secret) else ""
        if len(shown) >= SHORTEST:
            text = text.replace(shown, MASK)
    return text
