"""The same facts under changed terms: what a draft would have meant."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from slmo.core.compliance import PeriodResult, Verdict, assess
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import versions_with
from slmo.core.terms import Agreement, agreement_parse
from slmo.core.units import Window


def agreement_changed(agreement: Agreement, objective: str, changes: Mapping[str, Any]) -> Agreement:
    """Return the agreement with terms of one objective changed in every version; None takes a term out.

    `changes` has keys and values as in agreement.yaml. Raises TermError for a term that cannot be used.
    """
    versions_with(agreement, objective)
    return agreement_parse([_changed(document, objective, changes) for document in agreement.documents])


def _changed(document: Mapping[str, Any], objective: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    for terms in changed["spec"].get("objectives", ()):
        if terms["name"] == objective:
            terms.update(changes)
            for key in [key for key, value in changes.items() if value is None]:
                del terms[key]
    return changed


def replay(
    agreement: Agreement,
    objective: str,
    facts: Facts | States,
    window: Window,
    as_of: int,
    changes: Mapping[str, Any],
    exclusions: Sequence[ExclusionWindow] = (),
) -> list[PeriodResult]:
    """Judge the periods of a window as if the objective's terms had been different in every version.

    `changes` such as `{"target": ">= 99.95%", "hours": None}` are those of `agreement_changed`.
    """
    return assess(agreement_changed(agreement, objective, changes), objective, facts, window, as_of, exclusions)


def break_even(results: Iterable[PeriodResult]) -> Fraction | None:
    """Return the strictest limit that every judged period would have met; None if none was judged.

    Judged are closed periods with the verdict met or breached; of a period that an amendment cut, its parts. It is the
    lowest figure, or the highest where the target is a most.
    """
    judged = [
        (entry.figure, entry.target)
        for result in results
        for entry in result.entries()
        if entry.closed and entry.verdict in (Verdict.MET, Verdict.BREACHED)
    ]
    figures = [figure for figure, _ in judged if figure is not None]
    most = any(target is not None and target.op in ("<=", "<") for _, target in judged)
    return (max if most else min)(figures, default=None)
