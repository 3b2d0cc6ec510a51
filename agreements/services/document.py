"""The text of a version: read it, write it, and hold it against the rules.

A document is docs/formats.md, agreement.yaml, as plain JSON values; dates stay text, so that its canonical form and
digest are the same in the database, in a file and in a customer's hands.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import yaml
from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.models import Agreement
from slmo.core.errors import TermError
from slmo.core.terms import agreement_parse

MAX_BYTES = 128 * 1024  # an agreement with 1,000 exclusions is about 100 KB
MAX_DEPTH = 20  # the deepest term of the format lies at 7
MAX_NODES = 20_000
Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Read YAML 1.2's plain scalars (no dates, no base-60 numbers), without aliases, to a bounded size."""

    nodes = 0
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Count nodes and levels on the way down; refuse an alias, which could multiply both."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise DocumentRefused(
                _("Line %(line)d repeats a part by reference; write it out.") % {"line": mark.line + 1}
            )
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise DocumentRefused(_("The document is too large or nested too deeply for an agreement."))
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice: the second would silently win."""
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                raise DocumentRefused(
                    _("Line %(line)d gives “%(key)s” a second time.")
                    % {"line": key.start_mark.line + 1, "key": key.value}
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Write lists indented and text as it reads."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list below its key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal parts out in full each time."""
        return True


def _resolvers(kept: Mapping[str, list[tuple[str, Any]]]) -> dict[str, list[tuple[str, Any]]]:
    """Return PyYAML's rules for plain scalars without timestamps and with whole numbers in base ten alone."""
    dropped = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    return {first: [rule for rule in rules if rule[0] not in dropped] for first, rules in kept.items()}


for _class in (_Loader, _Dumper):
    _class.yaml_implicit_resolvers = _resolvers(yaml.SafeLoader.yaml_implicit_resolvers)
    _class.add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789")
    )
    _class.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$"), list("-+0123456789")
    )


def document_read(text: str) -> Document:
    """Return the document that a YAML (or JSON) text holds.

    Raises DocumentRefused for what is no YAML, too large, nested too deeply, repeated by reference, or no mapping.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DocumentRefused(_("The text is longer than %(size)d KB.") % {"size": MAX_BYTES // 1024})
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise DocumentRefused(_yaml_sentence(error)) from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise DocumentRefused(_("This is not YAML: %(reason)s") % {"reason": str(error)[:200]}) from error
    return document_plain(found)


def document_write(document: Mapping[str, Any]) -> str:
    """Return the document as YAML text, its keys in the order of docs/formats.md."""
    return yaml.dump(_ordered(document, ""), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def document_plain(document: object) -> Document:
    """Return the document as plain JSON values: dates and times become ISO text.

    Raises DocumentRefused for values that JSON or the database cannot hold, and for what is no mapping.
    """
    if not isinstance(document, Mapping):
        raise DocumentRefused(_("An agreement is a mapping that begins with “apiVersion: slmo/v1”."))
    return {str(key): _plain(value, str(key)) for key, value in document.items()}


def document_align(document: Mapping[str, Any], agreement: Agreement) -> Document:
    """Return the document with what the agreement itself says filled in.

    Raises DocumentRefused where it says something else: name, type, parties and zone of an agreement never change.
    """
    filled = document_plain(document)
    metadata, spec = _section(filled, "metadata"), _section(filled, "spec")
    filled["metadata"], filled["spec"] = metadata, spec
    _fix(filled, "apiVersion", "slmo/v1", "apiVersion")
    _fix(filled, "kind", "Agreement", "kind")
    _fix(metadata, "name", agreement.slug, "metadata.name")
    metadata["title"] = agreement.title
    _fix(spec, "type", str(agreement.type), "spec.type")
    _fix(spec, "service", agreement.service.slug, "spec.service")
    _fix(spec, "provider", agreement.provider.slug, "spec.provider")
    _fix(spec, "customer", agreement.customer.slug, "spec.customer")
    _fix(spec, "timezone", agreement.timezone, "spec.timezone")
    return filled


def document_term(document: Mapping[str, Any]) -> tuple[date, date | None]:
    """Return the first date in force and the date from which no longer (None: open); raises DocumentRefused."""
    effective = document.get("spec", {}).get("effective")
    if not isinstance(effective, Mapping) or "from" not in effective:
        raise DocumentRefused(
            _("Say from which date these terms hold: effective: {from: 2026-01-01}."), "spec.effective"
        )
    start = _date(effective["from"], "spec.effective.from")
    until = effective.get("until")
    end = None if until is None else _date(until, "spec.effective.until")
    if end is not None and end <= start:
        raise DocumentRefused(_("The terms must end after they begin."), "spec.effective.until")
    return start, end


def documents_check(documents: Sequence[Mapping[str, Any]]) -> None:
    """Hold the chain of versions against the engine's rules; raises DocumentRefused with the key at fault."""
    try:
        agreement_parse(documents)
    except TermError as error:
        raise DocumentRefused.from_term(error) from error


def document_effective(document: Mapping[str, Any], start: date, until: date | None) -> Document:
    """Return a copy of the document that holds from `start` until `until`."""
    effective = {"from": start.isoformat()} | ({"until": until.isoformat()} if until else {})
    return {**document, "spec": {**document["spec"], "effective": effective}}


def _section(document: Document, key: str) -> Document:
    """Return a copy of a mapping inside the document; raises DocumentRefused where it is something else."""
    section = document.get(key, {})
    if not isinstance(section, dict):
        raise DocumentRefused(_("“%(key)s” must be a mapping.") % {"key": key}, key)
    return dict(section)


def _fix(section: Document, key: str, value: str, path: str) -> None:
    """Fill in a value that the agreement fixes; raises DocumentRefused where the text says another."""
    found = section.get(key)
    if found is not None and found != value:
        raise DocumentRefused(
            _("“%(path)s” is “%(found)s”; here it must be “%(value)s”, or be left out.")
            % {"path": path, "found": str(found)[:80], "value": value},
            path,
        )
    section[key] = value


def _date(value: object, path: str) -> date:
    """Return a date written as 2026-01-01; raises DocumentRefused."""
    found = value if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else ""
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise DocumentRefused(
            _("“%(value)s” is not a date. Write it as 2026-01-01.") % {"value": str(value)[:40]}, path
        ) from error


def _plain(value: object, path: str) -> Any:
    """Return one value as JSON holds it; raises DocumentRefused with its path."""
    if isinstance(value, Mapping):
        return {_text(str(key), path): _plain(below, f"{path}.{key}") for key, below in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, (list, tuple)):
        return [_plain(below, f"{path}[{place}]") for place, below in enumerate(value)]
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**18):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise DocumentRefused(_("“%(path)s” holds a value that an agreement cannot hold.") % {"path": path}, path)


def _text(value: str, path: str) -> str:
    """Return text that the database can hold; raises DocumentRefused for control signs and halves of signs."""
    if any(ord(sign) < 0x20 and sign not in "\n\t" or 0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise DocumentRefused(_("“%(path)s” holds signs that are not text.") % {"path": path[:80]}, path)
    return value


def _yaml_sentence(error: yaml.MarkedYAMLError) -> str:
    """Return one sentence with line and column for what the YAML reader found."""
    mark, problem = error.problem_mark or error.context_mark, error.problem or error.context or ""
    if mark is None:
        return _("This is not YAML: %(reason)s") % {"reason": problem}
    return _("Line %(line)d, column %(column)d is not YAML: %(reason)s") % {
        "line": mark.line + 1,
        "column": mark.column + 1,
        "reason": problem,
    }


# The order of docs/formats.md; a key that is not named comes last, in the order in which it was found.
ORDER: Mapping[str, tuple[str, ...]] = {
    "": ("apiVersion", "kind", "metadata", "spec"),
    "metadata": ("name", "title"),
    "spec": (
        "type",
        "service",
        "provider",
        "customer",
        "timezone",
        "effective",
        "currency",
        "calendars",
        "exclusions",
        "objectives",
    ),
    "effective": ("from", "until"),
    "calendars": (),
    "weekly": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "exclusions": ("from", "to", "rrule", "starting", "at", "for", "reason"),
    "objectives": (
        "name",
        "indicator",
        "target",
        "period",
        "hours",
        "scope",
        "unite",
        "degraded",
        "unknown",
        "minimum_outage",
        "whole_minutes",
        "maintenance",
        "amendment",
        "credits",
    ),
    "unknown": ("counts_as", "last_for", "indeterminate_above"),
    "credits": ("of", "charge", "tiers", "cap_month", "cap_year"),
    "tiers": ("below", "percent"),
}


def _ordered(value: Any, key: str) -> Any:
    """Return the value with the keys of its mappings in the order of the format."""
    if isinstance(value, Mapping):
        order = ORDER.get(key, ())
        keys = sorted(value, key=lambda name: (order.index(name), "") if name in order else (len(order), name))
        return {name: _ordered(value[name], name) for name in keys}
    if isinstance(value, list):
        return [_ordered(below, key) for below in value]
    return value
