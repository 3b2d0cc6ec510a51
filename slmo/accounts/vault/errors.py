"""What may go wrong with secrets; no sentence repeats one."""


class VaultClosed(Exception):
    """There is no usable key: the sentence says what was found, and what was expected.

    `message` is the sentence as in the catalogue, and `values` are what stands in it, so that it can be translated.
    """

    def __init__(self, message: str, **values: str) -> None:
        """Keep both; the text of the exception is English."""
        super().__init__(message % values)
        self.message, self.values = message, values


class SecretUnreadable(Exception):
    """A secret was sealed with a key that is no longer known, or its text is damaged."""
