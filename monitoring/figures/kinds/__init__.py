"""Kinds of indicator as the pages about figures tell them, one file each. Adding one is adding a file and a line."""

from collections.abc import Mapping

from monitoring.figures.kinds.attested import AttestedFigure
from monitoring.figures.kinds.availability import AvailabilityFigure
from monitoring.figures.kinds.base import Figure, KindFigure, Step
from monitoring.figures.kinds.outages import OutagesFigure
from monitoring.figures.kinds.ratio import RatioFigure
from monitoring.figures.kinds.slices import SlicesFigure
from monitoring.figures.kinds.tasks import TasksFigure
from monitoring.figures.kinds.value import ValueFigure

__all__ = ["KINDS", "Figure", "KindFigure", "Step", "kind_figure"]

_ALL = (AvailabilityFigure, RatioFigure, SlicesFigure, ValueFigure, TasksFigure, OutagesFigure, AttestedFigure)
KINDS: Mapping[str, KindFigure] = {one.name: one() for one in _ALL}


def kind_figure(figure: Figure) -> KindFigure:
    """Return how a figure of its kind is told."""
    return KINDS[figure.kind]
