"""Changes of state in the notify application: one verb each."""

from slmo.notify.services.enqueue import message_enqueue
from slmo.notify.services.reading import news_mark_read
from slmo.notify.services.wishes import mute_end, mute_set, preferences_update, webhook_set

__all__ = ["message_enqueue", "mute_end", "mute_set", "news_mark_read", "preferences_update", "webhook_set"]
