"""Changes of state in the notify application: one verb each."""

from slmo.notify.services.enqueue import message_enqueue

__all__ = ["message_enqueue"]
