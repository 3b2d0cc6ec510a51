"""Figures of the evidence as the reader's language says them: what is shared and what is live read alike."""

from reports.evidence.words.outcome import outcome_shown

__all__ = ["outcome_shown"]
