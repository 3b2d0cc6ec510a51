"""Documents as YAML text: read what people write without being hurt by it, write what people can read."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.services.document import Document, document_plain
from slmo.core.terms.conditions import CONDITIONS

MAX_BYTES = 128 * 1024  # an agreement with 1,000 exclusions is about 100 KB
MAX_DEPTH = 20  # the deepest term of the format lies at 7
MAX_NODES = 20_000
MAX_FLOW = 90  # a mapping or list of plain values up to so many signs stands on one line


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
    """Write short parts on one line, and quote whatever a plainer reader of YAML would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list below its key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal parts out in full each time."""
        return True


def _without(kinds: tuple[str, ...]) -> dict[str, list[tuple[str, Any]]]:
    """Return PyYAML's rules for plain scalars without those for some kinds of value."""
    dropped = {f"tag:yaml.org,2002:{kind}" for kind in kinds}
    kept = yaml.SafeLoader.yaml_implicit_resolvers
    return {first: [rule for rule in rules if rule[0] not in dropped] for first, rules in kept.items()}


def _represent(dumper: _Dumper, value: Any) -> yaml.Node:
    """Represent a mapping or list, on one line where it is short and holds plain values alone."""
    members = list(value.values()) if isinstance(value, dict) else value
    plain = all(not isinstance(member, (dict, list)) and "\n" not in str(member) for member in members)
    flow = plain and len(str(value)) <= MAX_FLOW
    if isinstance(value, dict):
        return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flow)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


def _represent_text(dumper: _Dumper, value: str) -> yaml.Node:
    """Represent a text of several lines as a block of lines."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


DIGITS = list("-+0123456789")
_Loader.yaml_implicit_resolvers = _without(("timestamp", "int", "float"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$"), DIGITS)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$"), DIGITS
)
_Dumper.yaml_implicit_resolvers = _without(("timestamp",))  # dates stand unquoted; times of day and instants do not
_Dumper.add_implicit_resolver("tag:yaml.org,2002:timestamp", re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt ]"), DIGITS)
_Dumper.add_representer(dict, _represent)
_Dumper.add_representer(list, _represent)
_Dumper.add_representer(str, _represent_text)


def document_read(text: str) -> Document:
    """Return the document that a YAML (or JSON) text holds.

    Raises DocumentRefused for what is no YAML, too large, nested too deeply, repeated by reference, or no mapping.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DocumentRefused(_("The text is longer than %(size)d KB.") % {"size": MAX_BYTES // 1024})
    try:
        found = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise DocumentRefused(_yaml_sentence(error)) from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise DocumentRefused(
            _("This is not YAML: %(reason)s") % {"reason": str(error).splitlines()[0][:200]}
        ) from error
    return document_plain(found)


def document_write(document: Mapping[str, Any]) -> str:
    """Return the document as YAML text, its keys in the order of docs/formats.md."""
    return yaml.dump(_ordered(document, ""), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


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
        "ended",
        *CONDITIONS,
    ),
    "effective": ("from", "until"),
    "calendar": ("weekly", "exceptions"),
    "weekly": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),  # ranges by their first day
    "exclusions": ("from", "to", "rrule", "starting", "at", "for", "except", "reason", "kind"),
    "objectives": (
        "name",
        "title",
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
        "workload",
        "measurement",
        "alerts",
    ),
    "measurement": ("rules", "silent", "notice_above"),
    "workload": ("objective", "limit", "per", "beyond"),
    "unknown": ("counts_as", "last_for", "indeterminate_above"),
    "credits": ("of", "charge", "tiers", "cap_month", "cap_year", "minimum", "rounding", "source"),
    "tiers": ("at_least", "below", "percent"),
    "alerts": ("severity", "long", "short", "share", "factor"),
    "reporting": ("every", "within", "to", "content"),
    "amendment": ("notice", "by"),
    "renewal": ("automatic", "notice"),
    "termination": ("notice", "by", "grounds", "data_return"),
    "duties": ("provider", "customer"),
    "contacts": ("role", "name", "reach"),
    "clauses": ("id", "title", "text"),
    "annexes": ("name", "title", "sha256", "size"),
    "ended": ("by", "notified", "ground"),
}


def _ordered(value: Any, key: str) -> Any:
    """Return the value with the keys of its mappings in the order of the format."""
    if isinstance(value, Mapping):
        below = "calendar" if key == "calendars" else ""
        return {
            name: _ordered(value[name], below or name) for name in sorted(value, key=lambda name: _place(name, key))
        }
    if isinstance(value, list):
        return [_ordered(below, key) for below in value]
    return value


def _place(name: str, key: str) -> tuple[int, str]:
    """Return where a key stands below `key`: by the format's order, then by the alphabet."""
    order = ORDER.get(key, ())
    first = re.split(r"[-,]", name)[0] if key == "weekly" else name
    return (order.index(first) if first in order else len(order), name)
