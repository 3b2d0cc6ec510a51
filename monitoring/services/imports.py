"""Importing a file of facts: looked at first, then recorded as a whole or not at all.

The file is read anew when it is committed, and must be the very one that was looked at. A fact's identity is when and
where it begins, a task's its name, so that a file with corrected facts takes the place of the earlier one, and the same
file adds nothing.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements.models import Indicator
from monitoring.connectors.tables import ZIP, TableRefused, xlsx_text
from monitoring.kinds import FactKind, kind_of_rows, kinds_of, row_errors
from monitoring.models import FactBatch
from monitoring.rows import ERRORS_MOST, FactsRefused
from monitoring.services.facts import facts_record, rows_compare
from monitoring.writers import record_act
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.core.errors import FactError
from slmo.core.facts_csv import facts_read
from slmo.web.engine_words import engine_sentence

BYTES_MOST = 32 * 1024 * 1024  # a year of one-minute checks: 525 600 rows of about 40 bytes
SHOWN = 20
ORIGIN = "file"


@dataclass(frozen=True)
class LineError:
    """What is wrong in a line of the file: line (from 1; 0 for the whole file), column, and a sentence."""

    line: int
    column: str
    sentence: str


class ImportRefused(ValueError):
    """A file of which nothing was recorded, with the errors of its lines (at most 100)."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        """Take at least one error."""
        super().__init__(errors[0].sentence)
        self.errors = list(errors)


@dataclass(frozen=True)
class Preview:
    """What a file would bring, or why it cannot be used.

    `rows` counts its facts: `new` ones, `changed` ones that take the place of earlier facts, `known` ones that are
    recorded already. `start` and `end` (None: not ended) span them, in epoch seconds; `first` shows the first rows.
    `states` counts the rows of each state, where the facts are states.
    """

    sha256: str
    kind: FactKind | None = None
    file_name: str = ""
    rows: int = 0
    first: list[Any] = field(default_factory=list)
    start: int | None = None
    end: int | None = None
    scopes: list[str] = field(default_factory=list)
    states: dict[int, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    known: int = 0
    errors: list[LineError] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Tell whether the file can be committed."""
        return not self.errors and self.rows > 0


def import_preview(
    *, indicator: Indicator, upload: IO[bytes], file_name: str = "", origin: str = ORIGIN, zone: str = "",
    actor: User | None,
) -> Preview:  # fmt: skip
    """Read a file and return what it would bring; nothing is recorded. Errors of its lines stand in the preview.

    `zone` is that of a workbook's times, which name none. Raises Denied.
    """
    if actor is not None:
        require(actor, *record_act(indicator, "facts_import"))
    content = _content(upload)
    digest = hashlib.sha256(content).hexdigest()
    try:
        rows = rows_read(content, indicator, file_name, zone)
        compared = rows_compare(indicator=indicator, rows=rows, origin=origin)
    except ImportRefused as refused:
        return Preview(sha256=digest, file_name=file_name, errors=refused.errors)
    except FactsRefused as refused:
        return Preview(sha256=digest, file_name=file_name, errors=_as_lines(refused))
    kind = kind_of_rows(rows)
    assert kind is not None
    spans = [kind.row_span(row) for row in rows]
    ends = [end for _start, end in spans]
    return Preview(
        sha256=digest,
        kind=kind,
        file_name=file_name,
        rows=len(rows),
        first=rows[:SHOWN],
        start=min(start for start, _end in spans),
        end=None if None in ends else max(end for end in ends if end is not None),
        scopes=sorted({row.scope for row in rows}),
        states=dict(sorted(Counter(row.state for row in rows if hasattr(row, "state")).items())),
        **compared._asdict(),
    )


def import_commit(
    *,
    indicator: Indicator,
    upload: IO[bytes],
    sha256: str,
    file_name: str = "",
    origin: str = ORIGIN,
    zone: str = "",
    actor: User | None,
    now: datetime,
) -> FactBatch:
    """Record a file that was looked at before; `sha256` is the preview's, and so is `zone`. Returns the batch.

    Raises Denied; ImportRefused, with nothing recorded, where the file is another one or a line is unusable.
    """
    if actor is not None:
        require(actor, *record_act(indicator, "facts_import"))
    content = _content(upload)
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ImportRefused([LineError(0, "", _("This is not the file that was previewed. Preview it again."))])
    rows = rows_read(content, indicator, file_name, zone)
    try:
        return facts_record(
            indicator=indicator,
            rows=rows,
            origin=origin,
            actor=actor,
            now=now,
            file_name=file_name,
            file_sha256=digest,
            action="facts_import",
        )
    except FactsRefused as refused:
        raise ImportRefused(_as_lines(refused)) from refused


def _as_lines(refused: FactsRefused) -> list[LineError]:
    """Return what stands against a delivery as a whole as errors of its file."""
    return [LineError(0, one.field, one.sentence) for one in refused.errors]


def rows_read(content: bytes, indicator: Indicator, file_name: str = "", zone: str = "") -> list[Any]:
    """Return the facts of a file's content in its order; raises ImportRefused with the errors of its lines.

    An Excel workbook is read as the CSV that its first sheet says.
    """
    if len(content) > BYTES_MOST:
        sentence = _("The file is larger than %(count)d MB. Split it.") % {"count": BYTES_MOST // 2**20}
        raise ImportRefused([LineError(0, "", sentence)])
    kinds = kinds_of(indicator.kind)
    if content[:4] == ZIP:
        content = _workbook(content, zone)
    try:
        names = {indicator.slug, *indicator.objectives.values_list("name", flat=True)}
        files = [file for kind in kinds for file in kind.files]
        facts = facts_read(
            io.BytesIO(content), name=file_name or _("The file"), indicators=names, kinds=files
        )  # fmt: skip
    except FactError as error:
        raise ImportRefused([LineError(one.line, one.column, engine_sentence(one)) for one in error.errors]) from error
    rows = [row for kind in kinds for row in kind.file_rows(facts)]
    if not rows:
        raise ImportRefused([LineError(1, "", _("The file has a header, but no facts below it."))])
    if errors := _refused(rows):
        raise ImportRefused(errors)
    return rows


def _workbook(content: bytes, zone: str) -> bytes:
    """Return a workbook's first sheet as CSV; raises ImportRefused."""
    try:
        return xlsx_text(content, zone=ZoneInfo(zone) if zone else None).encode()
    except TableRefused as refused:
        raise ImportRefused([LineError(refused.row, refused.column, refused.sentence)]) from refused


def _content(upload: IO[bytes]) -> bytes:
    """Return a file's bytes from its beginning, but no more than one above what is taken."""
    upload.seek(0)
    return upload.read(BYTES_MOST + 1)


def _refused(rows: Sequence[Any]) -> list[LineError]:
    """Return the errors of rows that the file may have but the portal does not record."""
    errors: list[LineError] = []
    for position, row in enumerate(rows):
        line = position + 2  # the header is line 1
        errors += [LineError(line, one.field, one.sentence) for one in row_errors(position, row)]
        if row.override:
            errors.append(LineError(line, "override", _("Corrections are proposed and approved, not imported.")))
        if len(errors) >= ERRORS_MOST:
            return errors[:ERRORS_MOST]
    return errors
