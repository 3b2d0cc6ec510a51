"""Figures of the evidence as the reader's language says them: what is shared and what is live read alike."""

from reports.evidence.words.feasible import feasible_shown
from reports.evidence.words.outcome import outcome_shown

__all__ = ["feasible_shown", "outcome_shown"]
