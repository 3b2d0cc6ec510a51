"""Where errors are made that a reader is told later, found in the code itself; and what is wrong with each.

What is raised must be a sentence of monitoring/sentence.py: a call of its functions, or a name or an argument that
holds one. A text, an f-string, `+`, `str(…)` and Django's own gettext lose the message and its values.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("monitoring/connectors", "monitoring/webhooks", "monitoring/kinds")
FILES = ("rows", "items", "trial", *(f"services/{name}" for name in (
    "facts", "fetch", "fetching", "probe", "source_secrets", "webhook", "webhook_keys",
)))  # fmt: skip
# What carries a sentence to a reader, and which of its arguments it is.
CARRIERS = {
    "ConnectorError": 0, "Unreachable": 0, "TableRefused": 0, "garbled": 0, "Refused": 1, "ItemError": 1,
    "ItemRefused": 1, "RowError": 2, "kept": 0,
}  # fmt: skip
MAKERS = {"_", "gettext", "ngettext", "verbatim", "engine", "sentence_of", "fault", "reason", "system_reason"}
GARBLED = "monitoring/connectors/zabbix/api.py"  # has a garbled of its own, whose argument is what was found
PLACE = re.compile(r"%\((\w+)\)([sd])")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module that makes such errors, by its path."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    paths += [ROOT / "monitoring" / f"{name}.py" for name in FILES]
    yield from ((path.relative_to(ROOT).as_posix(), parsed(path)) for path in paths)


def others() -> Iterator[tuple[str, ast.Module]]:
    """Yield every other module of monitoring that so much as names such an error, or the column of one."""
    words = re.compile("|".join((*CARRIERS, "last_error")))
    for path in sorted((ROOT / "monitoring").rglob("*.py")):
        if words.search(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """Return a module's tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def sites(name: str, tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield each call that carries a sentence, with the argument that is the sentence."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    borrowed = {
        one.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and "zabbix" in (node.module or "")
        for one in node.names
    }  # fmt: skip
    for node in ast.walk(tree):
        callee = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if callee == "garbled" and (name == GARBLED or "garbled" in borrowed | own):
            continue
        if isinstance(node, ast.Call) and callee in CARRIERS and len(node.args) > CARRIERS[callee]:
            yield node, node.args[CARRIERS[callee]]
        elif isinstance(node, ast.Call) and callee in ("Outcome", "replace"):
            yield from ((node, given.value) for given in node.keywords if given.arg == "error")


def complaints(name: str, tree: ast.Module) -> list[str]:
    """Return what is wrong with the sites of a module, each with its line."""
    made = list(sites(name, tree))
    held = _held(tree) if made else set()
    found = [f"{name}:{call.lineno}: {ast.unparse(one)}" for call, one in made if not _is_sentence(one, held)]
    if made:
        found += [f"{name}: {module} has no sentences" for module in _foreign(tree)]
    return found + [f"{name}:{line}: {why}" for line, why in _values_wrong(tree)]


def columns_unheeded(tree: ast.AST) -> Iterator[str]:
    """Yield what writes the text of an error, and not its parts."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="update" | "create"), keywords=given):
                names = {one.arg for one in given}
            case ast.Assign(targets=[target]):
                names = {one.attr for one in ast.walk(target) if isinstance(one, ast.Attribute)}
            case ast.Constant(value=str(text)):
                names = set(re.findall(r"(\w+) = ", text))
            case _:
                continue
        if "last_error" in names and "last_error_parts" not in names:
            yield ast.unparse(node)


def messages(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Yield the texts of the catalogue that a module makes sentences of: one, or singular and plural."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext", "_n"):
            found = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if found:
                yield tuple(found)


def places(text: str) -> set[str]:
    """Return the names of the values of a text."""
    return {name for name, _form in PLACE.findall(text)}


def _held(tree: ast.AST) -> set[str]:
    """Return the names that hold a sentence: arguments that say so, and what a sentence is assigned to."""
    held = {
        one.arg for one in ast.walk(tree)
        if isinstance(one, ast.arg) and isinstance(one.annotation, ast.Name) and one.annotation.id == "Sentence"
    }  # fmt: skip
    held |= {"sentence"} if any(map(_unpacks, ast.walk(tree))) else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_sentence(node.value, held):
            held |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):  # a name that also holds something else is none
        if isinstance(node, ast.Assign) and not _is_sentence(node.value, held):
            held -= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return held


def _unpacks(loop: ast.AST) -> bool:
    """Tell whether a loop takes the sentences out of errors of rows, which are typed."""
    return isinstance(loop, ast.For | ast.comprehension) and "sentence" in ast.unparse(loop.target).strip("()").split(
        ", "
    )


def _is_sentence(node: ast.expr, held: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=maker)):
            return maker in MAKERS
        case ast.BinOp(left=left, op=ast.Mod()):
            return _is_sentence(left, held)
        case ast.IfExp(body=body, orelse=other):
            return _is_sentence(body, held) and _is_sentence(other, held)
        case ast.Name(id=name):
            return name in held
        case ast.Attribute(attr="first_error" | "error"):
            return True  # of a message's row, and of an outcome, both typed
        case ast.Call(func=ast.Attribute(attr="without")):
            return True
    return False


def _foreign(tree: ast.AST) -> Iterator[str]:
    """Yield the modules from which `_` and ngettext come, other than that of sentences."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module != "monitoring.sentence":
            for one in node.names:
                if one.name in ("gettext", "ngettext"):
                    yield str(node.module)


def _values_wrong(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the sentences whose values, where they are written beside them, are not those of the text."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.right, ast.Dict)):
            continue
        given = {key.value for key in node.right.keys if isinstance(key, ast.Constant)}
        for texts in messages(node.left):
            if any(places(text) != given for text in texts):
                yield node.lineno, f"{texts[0]} has other values"
