"""Reading facts.csv (docs/formats.md, Facts): rows in, facts out, every error with its place."""

from slmo.core.facts_csv.reading import KINDS, facts_read, states_read
from slmo.core.facts_csv.sheet import MOST_ERRORS, OPTIONAL

__all__ = ["KINDS", "MOST_ERRORS", "OPTIONAL", "facts_read", "states_read"]
