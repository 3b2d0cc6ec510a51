"""Rows of reviews and improvements."""

from governance.models.improvement import Improvement, ImprovementState
from governance.models.review import Decision, Review, ReviewState

__all__ = ["Decision", "Improvement", "ImprovementState", "Review", "ReviewState"]
