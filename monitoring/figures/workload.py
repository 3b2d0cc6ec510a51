"""What a workload limit made of a figure, in a sentence: how much came, what was agreed, what follows."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.cut import Cut
from monitoring.figures.numbers import target_text
from slmo.core.governing import rulings
from slmo.core.kinds import Asked
from slmo.core.volume import Load
from slmo.web import words


def loads_of(cut: Cut) -> list[Load]:
    """Return what came in, for each part of the period whose version limits it."""
    name = cut.result.objective.name
    asked = Asked.of(cut.terms, name, cut.facts, cut.as_of, cut.exclusions)
    found = [asked.load(one.version, one.window) for one in rulings(cut.terms, name, cut.window)]
    return [one for one in found if one is not None]


def load_sentences(cut: Cut) -> list[str]:
    """Return a sentence for each part of the period whose version limits the volume."""
    return [_sentence(one) for one in loads_of(cut)]


def _sentence(load: Load) -> str:
    values = {
        "volume": words.number(load.volume),
        "objective": load.terms.objective,
        "limit": words.number(load.terms.limit.value),
        "target": target_text(load.terms.beyond.text) if load.terms.beyond else "",
        "count": load.exceeded,
    }
    if load.terms.per == "period":
        return _whole(load) % values
    return _spans(load) % values


def _whole(load: Load) -> str:
    """Return the sentence about a limit for the whole period."""
    if not load.exceeded:
        return _("The volume of %(objective)s was %(volume)s, within the agreed limit of %(limit)s.")
    if load.terms.beyond is None:
        return _("The volume of %(objective)s was %(volume)s, beyond the limit of %(limit)s: the target is suspended.")
    return _("The volume of %(objective)s was %(volume)s, beyond the limit of %(limit)s: the target is %(target)s.")


def _spans(load: Load) -> str:
    """Return the sentence about a limit for each day or hour."""
    if load.terms.per == "day":
        return ngettext(
            "The volume of %(objective)s was beyond the limit of %(limit)s on %(count)d day, which does not count.",
            "The volume of %(objective)s was beyond the limit of %(limit)s on %(count)d days, which do not count.",
            load.exceeded,
        )
    return ngettext(
        "The volume of %(objective)s was beyond the limit of %(limit)s in %(count)d hour, which does not count.",
        "The volume of %(objective)s was beyond the limit of %(limit)s in %(count)d hours, which do not count.",
        load.exceeded,
    )
