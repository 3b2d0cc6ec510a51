"""What may go wrong with secrets; no sentence repeats one."""


class VaultClosed(Exception):
    """There is no usable key: the sentence says what was found, and what was expected."""


class SecretUnreadable(Exception):
    """A secret was sealed with a key that is no longer known, or its text is damaged."""
