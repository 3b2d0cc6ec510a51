"""Changes of state in the audit application: one verb each."""

from slmo.audit.services.chain import Broken, Verdict, chain_verify
from slmo.audit.services.entries import Subject, record

__all__ = ["Broken", "Subject", "Verdict", "chain_verify", "record"]
