"""OpenSLO objects: out of documents, checked, and found by the names that others refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from slmo.core.openslo import alpha
from slmo.core.openslo.kinds import CHECKS, metadata_check
from slmo.core.openslo.node import Node, Problem
from slmo.core.openslo.words import DIALECTS, Dialect

_PLACES = (  # kind, where it refers to others, by which key, to which kind
    ("SLO", "alertPolicies", "alertPolicyRef", "AlertPolicy"),
    ("AlertPolicy", "conditions", "conditionRef", "AlertCondition"),
    ("AlertPolicy", "notificationTargets", "targetRef", "AlertNotificationTarget"),
)


class Item(NamedTuple):
    """One object and its path in the documents it came from."""

    value: Mapping[str, Any]
    path: str

    @property
    def kind(self) -> str:
        """Return its kind."""
        return str(self.value["kind"])

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.value["metadata"]["name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """Return what it says."""
        found: Mapping[str, Any] = self.value["spec"]
        return found

    @property
    def dialect(self) -> Dialect:
        """Return the version in whose words it speaks."""
        return DIALECTS[self.value["apiVersion"]]

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key


def is_openslo(document: object) -> bool:
    """Tell whether a document, or the first object of a list, means to be OpenSLO."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, Mapping) or first.get("kind") == "Agreement":
        return False
    return str(first.get("apiVersion", "")).startswith("openslo")


def object_check(value: object, path: str = "") -> list[Problem]:
    """Return everything that OpenSLO does not allow in one object."""
    problems: list[Problem] = []
    node = Node(value, path, problems)
    node.choice("apiVersion", DIALECTS)
    dialect = DIALECTS.get(str(node.value.get("apiVersion")))
    if dialect is None:
        return problems
    node.known("apiVersion", "kind", "metadata", "spec")
    node.choice("kind", dialect.kinds)
    metadata_check(node, dialect)
    kind = node.value.get("kind")
    if kind in dialect.kinds:
        check = alpha.slo_check if (dialect.api, kind) == ("openslo/v1alpha", "SLO") else CHECKS[kind]
        for spec in node.child("spec", needed=True):
            check(spec, dialect)
    return problems


def documents_check(documents: Sequence[object]) -> list[Problem]:
    """Return everything that OpenSLO does not allow in documents, each an object or a list of objects."""
    return [problem for value, path in _flat(documents) for problem in object_check(value, path)]


def items_read(documents: Sequence[object]) -> list[Item]:
    """Return the objects of documents; raise TermError for the first thing that OpenSLO does not allow."""
    for problem in documents_check(documents):
        raise problem.error()
    return [Item(value, path) for value, path in _flat(documents)]


def _flat(documents: Sequence[object]) -> Iterator[tuple[Any, str]]:
    for document in documents:
        if isinstance(document, list):
            yield from ((value, f"[{n}]") for n, value in enumerate(document))
        else:
            yield document, ""


def by_name(items: Iterable[Item], kind: str) -> dict[str, Item]:
    """Return the objects of a kind by name; of several the last."""
    return {item.name: item for item in items if item.kind == kind}


def references_check(items: Sequence[Item]) -> list[Problem]:
    """Return every reference to an object that the documents do not hold."""
    return [problem for item in items for problem in _missing(item, items)]


def _missing(item: Item, items: Sequence[Item]) -> Iterator[Problem]:
    if item.kind == "SLO" and item.dialect.api != "openslo/v1alpha":
        key = item.dialect.indicator_ref
        holders = [("spec", item.spec), *_listed(item, "objectives")]
        for path, holder in holders:
            yield from _absent(item.at(path), holder, key, by_name(items, "SLI"))
    for kind, place, key, wanted in _PLACES:
        if item.kind == kind:
            for path, holder in _listed(item, place):
                yield from _absent(item.at(path), holder, key, by_name(items, wanted))
                inline = Item({"apiVersion": item.value["apiVersion"], **holder}, item.at(path))
                if "spec" in holder:
                    yield from _missing(inline, items)


def _listed(item: Item, key: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"spec.{key}[{n}]", one) for n, one in enumerate(item.spec.get(key) or ())]


def _absent(path: str, holder: Mapping[str, Any], key: str, known: Mapping[str, Item]) -> Iterator[Problem]:
    name = holder.get(key)
    if name is not None and name not in known:
        yield Problem(f"{path}.{key}", name, f"the name of an object in these documents ({', '.join(known) or 'none'})")
