"""What every channel is."""

from typing import TYPE_CHECKING, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from slmo.accounts.models import User
    from slmo.notify.models import Delivery
    from slmo.notify.pipeline.letter import Letter


class ChannelError(Exception):
    """Tell that a letter was not sent, and whether trying again is of any use."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        """Keep the reason for the delivery's row."""
        super().__init__(reason)
        self.permanent = permanent


class Channel(Protocol):
    """A way to reach people: one file in this folder and one line in the registry."""

    @property
    def name(self) -> str:
        """Return the word for it in tables."""

    @property
    def label(self) -> str | Promise:
        """Return the word for it on pages."""

    @property
    def interrupts(self) -> bool:
        """Tell whether a mute keeps it back."""

    def reaches(self, user: "User") -> bool:
        """Tell whether this person has an address on this channel."""

    def send(self, delivery: "Delivery", letter: "Letter") -> None:
        """Send the letter; raise ChannelError where it was not taken."""
