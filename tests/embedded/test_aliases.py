"""No text escapes the collection under a name of its own."""

import re

from tools import messages

_ALIAS = re.compile(r"(?:n?p?gettext(?:_lazy|_noop)?) as (\w+)|^(\w+) = n?p?gettext(?:_lazy|_noop)?$", re.MULTILINE)


def test_every_name_that_modules_give_to_gettext_is_collected() -> None:
    used = {
        name
        for path in messages.sources()
        if path.suffix == ".py"
        for pair in _ALIAS.findall(path.read_text(encoding="utf-8"))
        for name in pair
        if name
    }
    assert used, "the pattern finds no alias at all"
    assert used <= set(messages.ALIASES)
