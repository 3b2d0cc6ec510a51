"""The files from which anybody can recompute a figure without the portal (docs/formats.md), and the command for it."""

import csv
import io
import shlex
from collections.abc import Iterator
from typing import Protocol

from django.utils.text import slugify

from agreements.services import document_write
from monitoring.exclusions import exclusions_within
from monitoring.figures.cut import Cut, window_read
from monitoring.instants import LATEST
from monitoring.kinds import KINDS, FactKind
from monitoring.volumes import volumes_named
from slmo.core.exclusions import ExclusionWindow
from slmo.core.exclusions_csv import COLUMNS as EXCLUSION_COLUMNS
from slmo.core.facts import Facts
from slmo.core.periods import day_start, local_date
from slmo.core.units import format_instant


class SupportsWrite(Protocol):
    """A file, or an answer, that text can be written into."""

    def write(self, text: str, /) -> object:
        """Write text."""
        ...


def agreement_yaml(cut: Cut) -> str:
    """Return all signed versions of the agreement as one YAML stream, earliest first."""
    return "---\n".join(document_write(document) for document in cut.terms.documents)


def facts_csv(cut: Cut) -> str:
    """Return the facts on which the figure rests, as the engine took them: in the order of their recording."""
    name = cut.result.objective.name
    return _file(cut, cut.kind, name, name if volumes_told(cut) else "")


def volumes_told(cut: Cut) -> dict[str, FactKind]:
    """Return the objectives whose volume the terms limit and something is told of, each with the kind of its facts."""
    named = volumes_named(cut.terms, cut.result.objective.name)
    return {name: kind for name in named if (kind := _kind_told(cut.facts.of_objective(name)))}


def volume_csv(cut: Cut, name: str) -> str:
    """Return the facts that tell the volume of another objective, each with its name."""
    return _file(cut, volumes_told(cut)[name], name, name)


def _kind_told(facts: Facts) -> FactKind | None:
    """Return the kind of facts that there are, None where there are none."""
    counts = {"buckets": len(facts.buckets), "samples": len(facts.samples), "tasks": len(facts.tasks)}
    return next((KINDS[name] for name, count in counts.items() if count), None)


def _file(cut: Cut, kind: FactKind, objective: str, named: str) -> str:
    buffer = io.StringIO()
    facts_write(buffer, kind, cut.facts.for_objective(objective), max(cut.as_of, cut.window.end), named)
    return buffer.getvalue()


def facts_write(file: SupportsWrite, kind: FactKind, facts: Facts, until: int = LATEST, named: str = "") -> None:
    """Write facts of one kind as a file (docs/formats.md, Facts); states end at `until` at the latest.

    `named` is the objective to which they belong; left out, they are those of every one.
    """
    writer = csv.writer(file, lineterminator="\n")
    header, lines = kind.file_lines(facts, until)
    more = [named] if named else []
    writer.writerow([*header, *(["indicator"] if named else [])])
    writer.writerows([*line, *more] for line in lines)


def exclusions_csv(cut: Cut) -> str:
    """Return the approved exclusions that reach into the time that was read; an empty text where there are none."""
    reaching = list(_reaching(cut))
    if not reaching:
        return ""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(EXCLUSION_COLUMNS)
    for one in reaching:
        writer.writerow([format_instant(one.start), format_instant(one.end), one.reason])
    return buffer.getvalue()


def _reaching(cut: Cut) -> Iterator[ExclusionWindow]:
    """Yield the approved exclusions that a figure depends on: those of its period, or of its year with a yearly cap."""
    return exclusions_within(cut.exclusions, window_read(cut.window, cut.terms, cut.result.objective.name))


def file_stem(cut: Cut) -> str:
    """Return the name that both files share: agreement, objective and first day."""
    first = local_date(cut.terms.timezone, cut.window.start).isoformat()
    return slugify(f"{cut.result.objective.agreement.slug}-{cut.result.objective.name}-{first}")


def command_line(cut: Cut) -> str:
    """Return the command that prints this figure from the two files."""
    stem = file_stem(cut)
    approved = ["--exclusions", f"{stem}-exclusions.csv"] if any(_reaching(cut)) else []
    volumes = [part for name in volumes_told(cut) for part in ("--facts", f"{stem}-volume-{name}.csv")]
    parts = [
        "python", "-m", "slmo.assess", f"{stem}.yaml", "--facts", f"{stem}.csv", *volumes, *approved,
        "--objective", cut.result.objective.name,
        "--from", _edge(cut, cut.window.start), "--to", _edge(cut, cut.window.end),
        "--as-of", format_instant(cut.as_of, cut.terms.timezone), "--json",
    ]  # fmt: skip
    return shlex.join(parts)


def _edge(cut: Cut, instant: int) -> str:
    """Return an instant as a date where it is a local midnight, else with its time and offset."""
    zone = cut.terms.timezone
    date = local_date(zone, instant)
    return date.isoformat() if day_start(zone, date) == instant else format_instant(instant, zone)
