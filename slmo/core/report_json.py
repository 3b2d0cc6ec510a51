"""The JSON of docs/formats.md, laid out so that the same figures are always the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slmo.core.exclusions import ExclusionWindow, exclusions_digest
from slmo.core.facts import Facts, States
from slmo.core.result import PeriodResult
from slmo.core.terms import Agreement

# The lines of one period's entry; every key stands in one of them; those that an entry lacks are left out.
LINES = (
    ("objective", "start", "end", "version"),
    ("verdict", "achieved", "value", "good", "total", "unadjusted", "lower", "upper"),
    ("seconds",),
    ("budget", "credit"),
    ("workload",),
    ("partition",),
)


def report_json(
    agreement: Agreement,
    facts: Facts | States,
    results: Sequence[PeriodResult],
    engine: str,
    with_partition: bool = False,
    exclusions: Sequence[ExclusionWindow] = (),
) -> str:
    """Return the whole report: who computed it from which terms, facts and approved exclusions, and every period."""
    head = {"engine": engine, "agreement_sha256": agreement.digest, "facts_sha256": facts.digest()}
    if exclusions:
        head["exclusions_sha256"] = exclusions_digest(exclusions)
    entries = [entry_json(result.to_json(agreement.timezone, with_partition)) for result in results]
    return f'{{{_pairs(head, tuple(head))}, "periods": [\n' + ",\n".join(entries) + "]}\n"


def entry_json(entry: Mapping[str, Any]) -> str:
    """Return one period's entry on its lines."""
    lines = [_pairs(entry, keys) for keys in LINES if any(key in entry for key in keys)]
    return "  {" + ",\n   ".join(lines) + "}"


def _pairs(mapping: Mapping[str, Any], keys: Sequence[str]) -> str:
    return ", ".join(f"{_text(key)}: {_text(mapping[key])}" for key in keys if key in mapping)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
