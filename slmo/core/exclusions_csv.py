"""Reading exclusions.csv (docs/formats.md, Exclusions): time that was approved not to count after signing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from slmo.core.errors import FactError, FactErrors, did_you_mean
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts_csv.reading import Source
from slmo.core.facts_csv.sheet import MOST_ERRORS, Cells, Sheet, content_of, records_of, text_of

COLUMNS = ("start", "end", "reason")
OBJECTIVE = "objective"  # optional: without it, and where it is empty, the time does not count for any objective


class ApprovedExclusion(NamedTuple):
    """One line: the time that does not count, and the objective that it concerns (empty: all)."""

    window: ExclusionWindow
    objective: str = ""


def exclusions_read(
    source: Source, *, name: str | None = None, objectives: Collection[str] | None = None
) -> list[ApprovedExclusion]:
    """Return the lines of a file with the header `start,end,reason`, and optionally `objective`, in their order.

    `objectives` are the names that may stand in that column; None allows any. Raises FactError, or FactErrors with up
    to 100 of them, and OSError where the file cannot be read.
    """
    file = str(name or (source if isinstance(source, str) else getattr(source, "name", None) or source))
    records = records_of(text_of(content_of(source), file, ",".join(COLUMNS)), file)
    _, header = next(records, (0, []))
    sheet = _sheet(file, header)
    found: list[ApprovedExclusion] = []
    errors: list[FactError] = []
    for line, record in records:
        try:
            found.append(_line(sheet.cells(record, line), objectives))
        except FactError as error:
            errors.append(error)
            if len(errors) == MOST_ERRORS:
                break
    if errors:
        raise errors[0] if len(errors) == 1 else FactErrors(errors)
    return found


def exclusions_for(approved: Sequence[ApprovedExclusion], objective: str) -> tuple[ExclusionWindow, ...]:
    """Return the time that does not count for one objective."""
    return tuple(one.window for one in approved if one.objective in ("", objective))


def _sheet(file: str, header: Sequence[str]) -> Sheet:
    if sorted(set(header) - {OBJECTIVE}) != sorted(COLUMNS) or len(set(header)) != len(header):
        strange = next((column for column in header if column not in (*COLUMNS, OBJECTIVE)), "")
        expected = f"the header {','.join(COLUMNS)}, with the optional column {OBJECTIVE}"
        raise FactError(file, 1, strange, ",".join(header), expected + did_you_mean(strange, COLUMNS))
    return Sheet(file, {column: n for n, column in enumerate(header)}, None)


def _line(cells: Cells, objectives: Collection[str] | None) -> ApprovedExclusion:
    start, end = cells.instant("start"), cells.instant("end")
    if end <= start:
        raise cells.refuse("end", cells.values["end"], f"a time after the start, {cells.values['start']}")
    objective = cells.values.get(OBJECTIVE, "")
    if objective and objectives is not None and objective not in objectives:
        hint = did_you_mean(objective, objectives)
        raise cells.refuse(OBJECTIVE, objective, f"the name of an objective ({', '.join(objectives)}){hint}")
    return ApprovedExclusion(ExclusionWindow(start, end, cells.text("reason")), objective)
