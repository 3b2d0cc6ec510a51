"""All facts that an assessment is made from, of every kind."""

from __future__ import annotations

import functools
import hashlib
import itertools
from dataclasses import dataclass, fields, replace

from slmo.core.facts.buckets import Buckets
from slmo.core.facts.samples import Samples
from slmo.core.facts.statements import Statements
from slmo.core.facts.states import States
from slmo.core.facts.tasks import Tasks


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts of every kind; each kind may be empty."""

    states: States = States.empty()
    buckets: Buckets = Buckets.from_rows(())
    samples: Samples = Samples.from_rows(())
    tasks: Tasks = Tasks()
    statements: Statements = Statements()

    @classmethod
    def of(cls, facts: States | Facts) -> Facts:
        """Return facts as such; states alone are facts, too."""
        return facts if isinstance(facts, Facts) else cls(states=facts)

    def __len__(self) -> int:
        """Return the number of rows of all kinds."""
        return sum(len(getattr(self, one.name)) for one in fields(self))

    def for_objective(self, name: str) -> Facts:
        """Return what belongs to an objective: rows that name it and rows that name none."""
        return self._each(lambda part: part.for_objective(name))

    def of_objective(self, name: str) -> Facts:
        """Return the rows that name an objective."""
        return self._each(lambda part: part.of_objective(name))

    def without_corrections(self) -> Facts:
        """Return the facts as first recorded; the same object where nothing was corrected."""
        return self._each(lambda part: part.without_corrections())

    def joined(self, later: Facts) -> Facts:
        """Return these facts followed by later ones."""
        return Facts(**{one.name: getattr(self, one.name).joined(getattr(later, one.name)) for one in fields(self)})

    def _each(self, change) -> Facts:  # type: ignore[no-untyped-def]
        changed = {one.name: change(getattr(self, one.name)) for one in fields(self)}
        return self if all(changed[name] is getattr(self, name) for name in changed) else replace(self, **changed)

    @functools.cached_property
    def _digest(self) -> str:
        if len(self) == len(self.states):
            return self.states.digest()
        events = (self.buckets.lines(), self.samples.lines(), self.tasks.lines(), self.statements.lines())
        lines = [f"states\t{self.states.digest()}", *itertools.chain.from_iterable(events)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def digest(self) -> str:
        """Return the SHA-256 of the facts in the order of their sequence; that of states alone is the states' own."""
        return self._digest
