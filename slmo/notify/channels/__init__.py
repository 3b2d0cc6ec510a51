"""The channels: one file each, and this registry."""

from collections.abc import Mapping

from slmo.notify.channels.base import Channel, ChannelError
from slmo.notify.channels.email import Email
from slmo.notify.channels.inapp import InApp
from slmo.notify.channels.webhook import Webhook

CHANNELS: Mapping[str, Channel] = {channel.name: channel for channel in (InApp(), Email(), Webhook())}

__all__ = ["CHANNELS", "Channel", "ChannelError"]
