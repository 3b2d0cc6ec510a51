"""The engine speaks English; the portal says the same in the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from slmo.core.errors import FactError, FactErrors, Said, TermError
from slmo.core.openslo.read import ELSEWHERE
from slmo.core.terms import agreement_parse
from slmo.web.engine_patterns import EXPECTED, FOUND, NOTES, SENTENCES
from slmo.web.engine_words import engine_sentence, engine_sentences, engine_text
from slmo.web.errors import sentences_of

CORE = Path(__file__).resolve().parents[2] / "slmo" / "core"
# Where `expected` stands among the arguments.
ERRORS = {
    "TermError": 2,
    "FactError": 4,
    "YamlError": 2,
    "EngineError": 0,
    "refuse": 2,
    "taken": 2,
    "left_out": 1,
    "changed": 1,
}
READERS = {"get": 1, "items": 1, "parsed": 3, "parse_at": 3}
HINTS = {"hint", "did_you_mean"}  # the part that engine_text takes off before it looks for a pattern
# A value of the pattern with %(known)s; and what stands in a table of the source.
NOT_IN_SOURCE = {"a calendar of this document (none is given)", *ELSEWHERE.values()}


def templates(node: ast.AST) -> Iterator[str]:
    """Yield the texts that an expression may be, each value as %s; what is no text yields nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(piece(part) for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from templates(node.left)
    elif isinstance(node, ast.BoolOp):
        yield from templates(node.values[-1])


def piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return "" if name_of(part.value) in HINTS else "%s"


def name_of(node: ast.AST) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def said_by_engine() -> Iterator[tuple[str, str]]:
    """Yield (file, text) for everything that the engine's source can refuse with."""
    for path in sorted(CORE.rglob("*.py")):
        if path.name == "errors.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for expression in expressions(node, path):
                yield from ((path.name, text) for text in templates(expression))


def expressions(node: ast.AST, path: Path) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = name_of(node)
        at = ERRORS.get(name, READERS.get(name))
        reads = path.parent.name == "terms" and not ast.unparse(node.func).endswith(".value.get")
        if at is not None and (name in ERRORS or reads):
            yield from node.args[at : at + 1]
            yield from (one.value for one in node.keywords if one.arg == "expected")
        if name == "YamlError":
            yield node.args[1]
        if name == "Said":
            yield node.args[0]
        if name == "_parsed" and len(node.args) == 6:
            yield node.args[5]
    elif isinstance(node, ast.Assign):
        targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if targets & {"expected", "EXPECTED", "TARGET_EXPECTED", "INSTANT"}:
            yield node.value
    elif isinstance(node, ast.FunctionDef):
        names = [one.arg for one in node.args.args][-len(node.args.defaults) :] if node.args.defaults else []
        yield from (value for name, value in zip(names, node.args.defaults, strict=True) if name == "expected")


def open_values(pattern: str) -> str:
    return re.sub(r"%\(\w+\)s", "%s", pattern)


def test_every_text_of_the_engines_source_has_a_pattern() -> None:
    known = {open_values(one) for one in (*EXPECTED, *FOUND, *NOTES, *SENTENCES)}
    said = list(said_by_engine())
    assert len({text for _, text in said}) > 100
    forgotten = sorted({f"{file}: {text}" for file, text in said if text not in known})
    assert forgotten == []


def test_no_pattern_outlives_the_engines_text() -> None:
    said = {text for _, text in said_by_engine()}
    patterns = {one for one in (*EXPECTED, *FOUND, *NOTES, *SENTENCES) if one not in NOT_IN_SOURCE}
    assert sorted(one for one in patterns if open_values(one) not in said) == []


def test_every_pattern_is_recognised_and_said_in_russian() -> None:
    with translation.override("ru"):
        for pattern in (*EXPECTED, *FOUND, *NOTES, *SENTENCES):
            if pattern == "YAML":
                continue
            said = engine_text(re.sub(r"%\(\w+\)s", "7", pattern))
            assert re.search("[а-яё]", said), pattern
            assert "%(" not in said


def test_a_refused_term_is_said_in_the_readers_language() -> None:
    document = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "a"}, "spek": {}}
    with pytest.raises(TermError) as refused:
        agreement_parse([document])
    with translation.override("en"):
        assert "expected one of the keys" in engine_sentence(refused.value)
    with translation.override("ru"):
        said = engine_sentence(refused.value)
    assert "spek" in said
    assert "(возможно, имелось в виду «spec»?)" in said
    assert "expected" not in said


def test_refused_lines_of_a_file_name_their_place_in_the_readers_language() -> None:
    error = FactErrors(
        [
            FactError("facts.csv", 3, "state", "dwn", 'one of up, degraded, down, unknown (did you mean "down"?)'),
            FactError("facts.csv", 4, "", Said("2 values"), "3 values, as in the header"),
        ]
    )
    with translation.override("ru"):
        first, second = engine_sentences(error)
        assert sentences_of(error) == [first, second]
    assert first.startswith("facts.csv, строка 3, столбец «state»: ")
    assert "«dwn»" in first
    assert "(возможно, имелось в виду «down»?)" in first
    assert not re.search("found|expected|values|header", first + second)


def test_text_of_no_known_pattern_stays_as_it_is() -> None:
    with translation.override("ru"):
        assert engine_text("line contains NUL") == "line contains NUL"
