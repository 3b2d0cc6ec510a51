"""From the outbox to people: route, mute, dedupe, send, record."""
