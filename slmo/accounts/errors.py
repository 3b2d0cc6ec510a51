"""What may go wrong between a person and an act or a row; the web layer turns these into answers."""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied


class Denied(PermissionDenied):
    """Refuse an act to a person who may see the thing but not do this (HTTP 403); the text is a sentence."""

    def __init__(self, sentence: str, action: str = "") -> None:
        """Keep the sentence for the reader and the action for the log."""
        super().__init__(sentence)
        self.action = action


class NotVisible(ObjectDoesNotExist):
    """Hide a row that the person may not know of (HTTP 404)."""
