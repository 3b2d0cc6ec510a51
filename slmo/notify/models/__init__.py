"""The outbox, what was delivered to whom, and what each person wants to hear."""

from slmo.notify.models.delivery import Delivery
from slmo.notify.models.message import Message
from slmo.notify.models.wish import Mute, Preference, Webhook

__all__ = ["Delivery", "Message", "Mute", "Preference", "Webhook"]
