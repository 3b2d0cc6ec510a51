"""Changes of state in the audit application: one verb each."""

from slmo.audit.services.entries import Subject, record

__all__ = ["Subject", "record"]
