"""What may go wrong with keys and papers; each is a sentence for whoever runs the portal."""


class SealError(Exception):
    """Refuse a key, a certificate or a file that cannot be used; the text says what was found and what is expected."""
