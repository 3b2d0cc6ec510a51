"""From OpenSLO to agreements (docs/openslo.md, Reading)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from slmo.core.openslo.alpha import slo_renamed
from slmo.core.openslo.indicators import Terms, terms_of
from slmo.core.openslo.notes import Note, Notes
from slmo.core.openslo.objects import Item, by_name, items_read, references_check
from slmo.core.openslo.periods import EPOCH, Period, fits, period_of
from slmo.core.openslo.words import line_of, name_of

ELSEWHERE = {
    "DataSource": "where facts come from is set up in the portal, not agreed",
    "AlertPolicy": "alerts follow from the portal's burn windows and its rules for letters",
    "AlertCondition": "alerts follow from the portal's burn windows",
    "AlertNotificationTarget": "who is told is set up in the portal",
}


class _Objective(NamedTuple):
    terms: Terms
    period: Period
    notes: Notes


def openslo_read(documents: Sequence[object]) -> tuple[list[dict[str, Any]], list[Note]]:
    """Return one agreement document for each service that has SLOs, and notes on what has no counterpart.

    Takes objects of v1, v1alpha and v2alpha, one or a list in each document. Raises TermError for what OpenSLO does not
    allow, and for an SLI that is named and missing.
    """
    items = items_read(documents)
    notes: list[Note] = []
    for problem in references_check(items):
        if problem.path.endswith(("indicatorRef", "sliRef")):
            raise problem.error()
        notes.append(Note("left out", "", problem.path, f'"{problem.found}" is not in these documents'))
    for item in items:
        _unused_note(item, notes)
    services: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "SLO":
            services.setdefault(_service(item), []).append(item)
    known = by_name(items, "Service")
    found = [_agreement(name, known.get(name), slos, items, notes) for name, slos in services.items()]
    return [one for one in found if one["spec"]["objectives"]], notes


def _service(item: Item) -> str:
    return str(item.spec[item.dialect.service])


def _unused_note(item: Item, notes: list[Note]) -> None:
    said = Notes(notes, f"{item.kind} {item.name}")
    if item.kind in ELSEWHERE:
        said.left_out("", ELSEWHERE[item.kind])
    for key in ("labels", "annotations"):
        if item.value["metadata"].get(key):
            said.left_out(f"metadata.{key}", "an agreement has none")
    if item.spec.get("description"):
        said.left_out("spec.description", "an agreement has none")


def _agreement(
    service: str, known: Item | None, slos: Sequence[Item], items: Sequence[Item], notes: list[Note]
) -> dict[str, Any]:
    read = [one for slo in slos for one in _objectives(slo, items, notes)]
    zone = next((one.period.zone for one in read if one.period.zone), "UTC")
    anchor = min((one.period.anchor for one in read if one.period.anchor), default=EPOCH)
    kept = [one for one in read if _fits(one, zone, anchor)]
    shown = line_of(service, "service")
    title = line_of(known.value["metadata"].get("displayName") if known else None, shown)
    Notes(notes, f"Service {shown}").changed(
        "", f"OpenSLO says neither parties nor from when it holds: effective from {anchor}"
    )
    return {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "metadata": {"name": name_of(service) or "service", "title": title},
        "spec": {
            "service": shown,
            "timezone": zone,
            "effective": {"from": anchor.isoformat()},
            "objectives": _named([one.terms for one in kept]),
        },
    }


def _fits(one: _Objective, zone: str, anchor: dt.date) -> bool:
    """Tell whether an objective agrees with the zone and the date of its agreement; note it if not."""
    if one.period.zone not in (None, zone):
        one.notes.left_out("timeWindow", f"an agreement has one zone, here {zone}, not {one.period.zone}")
        return False
    if not fits(anchor, one.period):
        one.notes.left_out("timeWindow", f"contract periods are counted from {anchor}, not {one.period.anchor}")
        return False
    return True


def _named(objectives: list[Terms]) -> list[Terms]:
    """Give a number to each name that stands a second time."""
    seen: set[str] = set()
    for terms in objectives:
        name, number = terms["name"], 1
        while terms["name"] in seen:
            number += 1
            terms["name"] = f"{name}-{number}"
        seen.add(terms["name"])
    return objectives


def _objectives(slo: Item, items: Sequence[Item], into: list[Note]) -> Iterator[_Objective]:
    notes = Notes(into, f"SLO {slo.name}")
    spec = slo_renamed(slo.spec) if slo.dialect.api == "openslo/v1alpha" else slo.spec
    metrics = _metrics(slo, spec, items)
    period = period_of(spec["timeWindow"][0], notes)
    if spec.get("alertPolicies"):
        notes.left_out("alertPolicies", ELSEWHERE["AlertPolicy"])
    if metrics is None:
        notes.left_out("objectives", "an SLO composed of several indicators with weights has no counterpart")
    if metrics is None or period is None:
        return
    notes.left_out("indicator", "the query: facts come as files, by the interface or from a connector")
    listed = spec.get("objectives") or ()
    if not listed:
        notes.left_out("", "it has no objectives")
    for one in listed:
        terms = terms_of(spec["budgetingMethod"], metrics, one, notes)
        if terms is not None:
            yield _Objective(_titled(slo, one, len(listed), terms, period), period, notes)


def _titled(slo: Item, one: Mapping[str, Any], count: int, terms: Terms, period: Period) -> Terms:
    shown = one.get("displayName") if count > 1 else None
    title = " – ".join(text for text in map(line_of, (slo.value["metadata"].get("displayName"), shown)) if text)
    return {"name": slo.name, **({"title": title} if title else {}), **terms, "period": period.name}


def _metrics(slo: Item, spec: Mapping[str, Any], items: Sequence[Item]) -> Mapping[str, Any] | None:
    """Return the spec of an SLO's indicator; None for a composite one."""
    inline, reference = spec.get(slo.dialect.indicator), spec.get(slo.dialect.indicator_ref)
    if inline is not None:
        found: Mapping[str, Any] = inline["spec"]
        return found
    return by_name(items, "SLI")[reference].spec if reference is not None else None
