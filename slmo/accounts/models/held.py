"""An assignment as policy reads it."""

from typing import NamedTuple


class Held(NamedTuple):
    """One assignment: in which organisation and its kind, in which role, at which level (0 for a representative)."""

    organisation_id: int
    kind: str
    role: str
    level: int
