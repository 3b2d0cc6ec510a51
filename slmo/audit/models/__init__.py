"""The append-only log."""

from slmo.audit.models.entry import Entry

__all__ = ["Entry"]
