"""Recompute service levels from files: `python -m slmo.assess agreement.yaml --facts facts.csv --from … --to …`.

docs/formats.md says what the files and the output look like. Exit status: 0 done, whatever the verdicts; 2 unusable
input, with the reason on standard error and nothing on standard output.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from slmo.core import ENGINE_VERSION
from slmo.core.compliance import assess
from slmo.core.errors import EngineError, FactError, TermError, did_you_mean, shown
from slmo.core.exclusions_csv import ApprovedExclusion, exclusions_for, exclusions_read
from slmo.core.facts import Facts
from slmo.core.facts_csv import facts_read
from slmo.core.openslo import documents_check, is_openslo, openslo_read
from slmo.core.periods import day_start
from slmo.core.report_json import report_json
from slmo.core.report_table import report_table
from slmo.core.result import PeriodResult
from slmo.core.terms import Agreement, agreement_parse
from slmo.core.terms.document import API_VERSION
from slmo.core.units import DAY, Window, parse_date, parse_instant
from slmo.core.yaml_file import YamlDocument, YamlError, documents_read

LONGEST = 100 * 366 * DAY
ENGINE = f"slmo {ENGINE_VERSION}"


class Refused(Exception):
    """Unusable input: the sentences for standard error."""


class Asked(NamedTuple):
    """What is to be judged: the window, the moment asked about, and the objectives."""

    window: Window
    as_of: int
    objectives: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        agreement = agreement_load(options.agreement)
        asked = _asked(agreement, options)
        facts = _facts(agreement, options)
        approved = _exclusions(agreement, options)
        results = _judged(agreement, facts, asked, approved)
        output = _output(agreement, facts, results, asked, options, approved)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    return _print(output)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m slmo.assess", allow_abbrev=False,
        description="Judge every period of an agreement's objectives that overlaps a window, from files alone.",
    )  # fmt: skip
    parser.add_argument("agreement", nargs="+", help="agreement.yaml, amendments in it or in further files; or OpenSLO")
    parser.add_argument("--facts", action="append", required=True, metavar="FILE.csv", help="may be given repeatedly")
    parser.add_argument("--exclusions", action="append", metavar="FILE.csv", help="time approved not to count")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="a date (local midnight) or a time")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME", help="the end, itself left out")
    parser.add_argument("--as-of", metavar="TIME", help="the moment asked about; left out, it is --to")
    parser.add_argument("--gaps", choices=("unknown", "up"), default="unknown", help="what holds between intervals")
    parser.add_argument("--objective", action="append", metavar="NAME", help="only this one; may be given repeatedly")
    parser.add_argument("--partition", action="store_true", help="list the class of every second")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def agreement_load(paths: Sequence[str]) -> Agreement:
    """Return the agreement that one or more YAML files hold; raise Refused."""
    documents: list[YamlDocument] = []
    for path in paths:
        try:
            found = documents_read(_bytes(path))
        except YamlError as error:
            raise Refused(_at(path, error.place, str(error))) from error
        for document in found:
            _openslo_checked(path, document) if is_openslo(document.data) else _checked(path, [document])
        documents += found
    return _checked(paths[-1], _converted(paths[-1], documents))


def _openslo_checked(path: str, document: YamlDocument) -> None:
    for problem in documents_check([document.data]):
        raise Refused(_at(path, document.place_of(problem.error()), str(problem)))


def _converted(path: str, documents: Sequence[YamlDocument]) -> Sequence[YamlDocument]:
    """Return OpenSLO documents as those of an agreement; what has no counterpart is said on standard error."""
    if not any(is_openslo(document.data) for document in documents):
        return documents
    if not all(is_openslo(document.data) for document in documents):
        raise Refused(f"{path}: found OpenSLO and {API_VERSION} together, expected documents of one kind.")
    try:
        read, notes = openslo_read([document.data for document in documents])
    except TermError as error:
        raise Refused(_at(path, None, str(error))) from error
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    if len(read) != 1:
        raise Refused(f"{path}: found {len(read)} services whose SLOs can be judged, expected one.")
    return [YamlDocument(read[0])]


def _checked(path: str, documents: Sequence[YamlDocument]) -> Agreement:
    try:
        return agreement_parse([document.data for document in documents])
    except TermError as error:
        raise Refused(_at(path, documents[-1].place_of(error), str(error))) from error


def _at(path: str, place: tuple[int, int] | None, sentence: str) -> str:
    where = f", line {place[0]}, column {place[1]}" if place else ""
    return f"{path}{where}: {sentence}"


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as opened:
            return opened.read()
    except (OSError, ValueError) as error:
        raise Refused(_unreadable(path, error)) from error


def _unreadable(path: str, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path}: found nothing to read ({reason}), expected a file."


def _facts(agreement: Agreement, options: argparse.Namespace) -> Facts:
    """Return the facts of all files, in the order in which they were named."""
    facts: Facts | None = None
    for path in options.facts:
        try:
            read = facts_read(path, options.gaps, indicators=agreement.objective_names)
        except FactError as error:
            raise Refused(str(error)) from error
        except (OSError, ValueError) as error:
            raise Refused(_unreadable(path, error)) from error
        facts = read if facts is None else facts.joined(read)
    return Facts() if facts is None else facts


def _exclusions(agreement: Agreement, options: argparse.Namespace) -> list[ApprovedExclusion]:
    """Return the exclusions of all files, in the order in which they were named."""
    found: list[ApprovedExclusion] = []
    for path in options.exclusions or ():
        try:
            found += exclusions_read(path, objectives=agreement.objective_names)
        except FactError as error:
            raise Refused(str(error)) from error
        except (OSError, ValueError) as error:
            raise Refused(_unreadable(path, error)) from error
    return found


def _asked(agreement: Agreement, options: argparse.Namespace) -> Asked:
    start, end = (_instant(agreement, name, text) for name, text in (("--from", options.start), ("--to", options.end)))
    if end <= start:
        raise Refused(f"--to: found {shown(options.end)}, expected a time after --from.")
    if end - start > LONGEST:
        raise Refused(f"--to: found {shown(options.end)}, expected a time at most 100 years after --from.")
    as_of = end if options.as_of is None else _instant(agreement, "--as-of", options.as_of)
    if options.as_of is None and end > time.time():
        print(
            "Note: --to lies in the future. It is the moment asked about, because --as-of is not given.",
            file=sys.stderr,
        )
    return Asked(Window(start, end), as_of, _objectives(agreement, options.objective))


def _instant(agreement: Agreement, option: str, text: str) -> int:
    try:
        found = day_start(agreement.timezone, parse_date(text)) if len(text) == 10 else parse_instant(text)
    except EngineError as error:
        raise Refused(f"{option}: found {shown(text)}, expected a date, or {error}.") from error
    if not _EARLIEST <= found <= _LATEST:
        raise Refused(f"{option}: found {shown(text)}, expected a time in the years 1900 to 2999.")
    return found


_EARLIEST, _LATEST = parse_instant("1900-01-01T00:00:00Z"), parse_instant("3000-01-01T00:00:00Z")


def _objectives(agreement: Agreement, wanted: Sequence[str] | None) -> list[str]:
    """Return the objectives to judge, all if none is named."""
    names = agreement.objective_names
    for name in wanted or ():
        if name not in names:
            raise Refused(
                f"--objective: found {shown(name)}, expected one of {', '.join(names)}{did_you_mean(name, names)}."
            )
    return list(dict.fromkeys(wanted or names))


def _judged(
    agreement: Agreement, facts: Facts, asked: Asked, approved: Sequence[ApprovedExclusion]
) -> list[PeriodResult]:
    try:
        return [
            entry
            for name in asked.objectives
            for result in assess(agreement, name, facts, asked.window, asked.as_of, exclusions_for(approved, name))
            for entry in result.entries()
        ]
    except EngineError as error:
        raise Refused(f"{agreement.name}: found terms that cannot be assessed, expected {error}") from error


def _output(
    agreement: Agreement,
    facts: Facts,
    results: Sequence[PeriodResult],
    asked: Asked,
    options: argparse.Namespace,
    approved: Sequence[ApprovedExclusion],
) -> str:
    if options.json:
        windows = [one.window for one in approved]
        return report_json(agreement, facts, results, ENGINE, options.partition, windows)
    return report_table(agreement, results, asked.as_of, options.partition)


def _print(output: str) -> int:
    try:
        sys.stdout.buffer.write(output.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing more to say to it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
