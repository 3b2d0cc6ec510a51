"""Statements: a person says that an obligation was met in some time, and on which proof."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _l

from agreements.models import Indicator, IndicatorKind
from monitoring.kinds.base import Column, FactKind, ItemRefused, item_instant, item_text, moment, recorded, seconds_of
from monitoring.models import Statement
from monitoring.rows import is_flag, line_errors, span_errors
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _
from slmo.core.facts import Facts, Statements
from slmo.core.facts import Statement as EngineStatement
from slmo.core.kinds import Asked
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, format_instant

BY_LONGEST, EVIDENCE_LONGEST = 200, 2000
_MET = {"yes": True, "no": False, True: True, False: False}


_COLUMNS = f"{seconds_of('start', 'end')}, met, by, evidence, scope, override"


class StatementRow(NamedTuple):
    """What `by` states about `[start, end)`, in epoch seconds; `reference` may name where the proof lies."""

    start: int
    end: int
    met: bool
    by: str
    evidence: str
    scope: str = ""
    key: str = ""
    reference: str = ""
    override: bool = False


def statement_key(start: int, end: int, scope: str) -> str:
    """Return the identity of a statement: the time and the place that it is about."""
    return f"{start}/{end}|{scope}"


class StatementsKind(FactKind):
    """A statement is known by the time that it is about: a later one about the same time takes its place."""

    name = "statements"
    indicators = (IndicatorKind.ATTESTED,)
    model = Statement
    row = StatementRow
    columns = (
        moment("start"), moment("end"), Column("met", "boolean"), Column("by", "text"), Column("evidence", "text"),
    )  # fmt: skip
    texts = ("by", "evidence")
    begins, ends = "fact.start", 'fact."end"'
    files = ("statements",)
    fields = ("start", "end", "met", "by", "evidence")
    labels = {"met": _l("Met"), "by": _l("Stated by"), "evidence": _l("Evidence")}
    told = _l("Who states that the time in between met what was agreed (yes or no), and on which proof.")
    sample = (
        "start,end,met,by,evidence\n2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,yes,Olga Orlova,"
        "restore test of 14 January; protocol 2026-004\n"
    )

    def own_errors(self, row: StatementRow) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with the span, the answer, the person and the proof."""
        errors = span_errors(row)
        if not is_flag(row.met):
            errors.append(("met", _("Whether it was met must be yes or no.")))
        errors += [*line_errors(row, "by", BY_LONGEST), *line_errors(row, "evidence", EVIDENCE_LONGEST)]
        missing = [field for field in self.texts if getattr(row, field) == ""]
        return errors + [(field, _("A statement needs a person and evidence.")) for field in missing]

    def item_row(self, item: Mapping[str, Any]) -> StatementRow:
        """Return `start`, `end`, `met`, `by` and `evidence` as a row."""
        start, end = item_instant(item, "start"), item_instant(item, "end")
        met = item.get("met")
        if not isinstance(met, bool | str) or met not in _MET:
            raise ItemRefused("met", _("Whether it was met must be yes or no."))
        key = statement_key(start, end, item["scope"])
        by, evidence = item_text(item, "by"), item_text(item, "evidence")
        return StatementRow(start, end, _MET[met], by, evidence, item["scope"], key)

    def file_rows(self, facts: Facts) -> Iterator[StatementRow]:
        """Yield the file's statements; the later of two about the same time and place holds."""
        for one in facts.statements:
            key = statement_key(one.start, one.end, one.scope)
            yield StatementRow(one.start, one.end, one.met, one.by, one.evidence, one.scope, key, "", one.override)

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return the statements about any of the window."""
        within = 'start < %(until)s AND "end" > %(since)s'
        rows = recorded(self, _COLUMNS, within, indicator, window, known_at)
        made = (
            EngineStatement(start, end, met, by, evidence, seq, override, scope)
            for start, end, met, by, evidence, scope, override, seq in rows
        )
        return Facts(statements=Statements.of(made))

    def day_lines(self, facts: Facts, window: Window) -> Iterator[str]:
        """Yield the statements about any of a day."""
        return (one.line() for one in facts.statements if one.start < window.end and one.end > window.start)

    def looks_at(self, asked: Asked) -> int | None:
        """Return just after when a statement begins or ends."""
        edges = {edge for one in asked.facts.statements for edge in (one.start, one.end) if edge > asked.as_of}
        return min(edges) + 1 if edges else None

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the statements."""
        lines = (
            (
                format_instant(one.start), format_instant(one.end), "yes" if one.met else "no", one.by, one.evidence,
                one.scope, "yes" if one.override else "",
            )
            for one in facts.statements
        )  # fmt: skip
        return ("start", "end", "met", "by", "evidence", "scope", "override"), lines

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return the answer, the person and the proof."""
        return {"met": "yes" if fact.met else "no", "by": fact.by, "evidence": fact.evidence}


kind = StatementsKind()
