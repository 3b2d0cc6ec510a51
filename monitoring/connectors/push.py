"""What kinds of sources have in common that send by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from monitoring.connectors.base import Connector
from monitoring.webhooks.reading import Message, Own, Read
from slmo.core.units import Window

Config = Mapping[str, Any]


class PushConnector(Connector):
    """A kind that is never asked: what it watches posts to an address of the portal."""

    group = "push"
    asked = False
    windowed: ClassVar[bool] = False
    interval = 3600

    def signed(self, config: Mapping[str, Any]) -> bool:
        """Tell whether its messages are signed; else they carry the key as a token."""
        return False

    def receive(self, config: Mapping[str, Any], message: Message, own: Own, now: int) -> Read:
        """Return what a message says; raises ItemError where it says nothing."""
        raise NotImplementedError

    def example(self, config: Mapping[str, Any], url: str, key: str, fact: str) -> str:
        """Return what to type, or to configure, so that a first message comes; `fact` is one in JSON."""
        raise NotImplementedError

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return nothing: nobody is asked."""
        return []
