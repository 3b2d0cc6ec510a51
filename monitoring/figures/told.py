"""A figure in one sentence, and its arithmetic in steps that a reader can follow with a pocket calculator."""

from monitoring.figures.kinds import Figure, Step, kind_figure
from monitoring.models import PeriodResult
from slmo.core.terms import ObjectiveTerms


def sentence_of(result: PeriodResult, terms: ObjectiveTerms | None = None) -> str:
    """Say in one sentence what the figure is and what it means, under the terms that judged it."""
    figure = Figure.of(result, terms)
    return kind_figure(figure).sentence(figure)


def note_of(result: PeriodResult, terms: ObjectiveTerms | None = None) -> str:
    """Say beside the figure what it is a figure of."""
    figure = Figure.of(result, terms)
    return kind_figure(figure).note(figure)


def steps_of(result: PeriodResult, terms: ObjectiveTerms | None = None) -> list[Step]:
    """Return the arithmetic step by step, under the terms that judged it."""
    figure = Figure.of(result, terms)
    return kind_figure(figure).steps(figure, terms)
