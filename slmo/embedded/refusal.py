"""The one way in which starting up gives in: a sentence for the person at the terminal."""


class Refusal(Exception):
    """Say in one sentence what is missing and what to do; shown without a traceback, exit status 1."""
