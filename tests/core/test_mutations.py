"""The lines that `make mutation` breaks still stand in the engine; that command shows that each break is caught."""

import ast
from pathlib import Path

from tools.mutation.table import MUTATIONS

ROOT = Path(__file__).parents[2]


def test_every_mutation_changes_one_place_of_the_source_and_leaves_it_python():
    assert len(MUTATIONS) >= 20
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)
    for one in MUTATIONS:
        source = (ROOT / one.file).read_text(encoding="utf-8")
        broken = one.applied(source)
        assert broken != source
        ast.parse(broken)
