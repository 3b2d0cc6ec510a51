"""OpenSLO: reading, checking and writing its documents (docs/openslo.md)."""

from slmo.core.openslo.node import Problem
from slmo.core.openslo.notes import Note
from slmo.core.openslo.objects import documents_check, is_openslo, items_read, references_check
from slmo.core.openslo.read import openslo_read
from slmo.core.openslo.write import openslo_text, openslo_write

__all__ = [
    "Note",
    "Problem",
    "documents_check",
    "is_openslo",
    "items_read",
    "openslo_read",
    "openslo_text",
    "openslo_write",
    "references_check",
]
