"""What may go wrong in the catalogue and at the negotiating table; the web layer turns these into answers."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from slmo.core.errors import TermError
from slmo.web.engine_words import engine_sentence


class Refused(ValidationError):
    """Refuse an act that the present state does not allow, such as signing what was withdrawn; text is a sentence."""


class Conflict(ValidationError):
    """Refuse to overwrite what somebody else changed meanwhile, or to sign another text than the one shown.

    `clauses` are the keys of the clauses that both changed, where that is known.
    """

    def __init__(self, message: str, clauses: Sequence[str] = ()) -> None:
        """Keep the keys beside the sentence."""
        super().__init__(message, code="conflict")
        self.clauses = tuple(clauses)


class DocumentRefused(ValidationError):
    """Refuse the text of a version: `key` is the path of the term at fault, such as `spec.objectives[0].target`."""

    def __init__(self, message: str, key: str = "") -> None:
        """Keep the path beside the sentence, so that a form can point at it."""
        super().__init__(message, code="document")
        self.key = key

    @property
    def at_field(self) -> ValidationError:
        """Return the refusal as a field shows it: without the path of the term, which the field stands for."""
        sentence = self.messages[0].removeprefix(f"{self.key}: ")
        return ValidationError(sentence[:1].upper() + sentence[1:], code="document")

    @classmethod
    def from_term(cls, error: TermError) -> "DocumentRefused":
        """Return the same refusal for an error that the engine raised."""
        return cls(engine_sentence(error), str(error.key))
