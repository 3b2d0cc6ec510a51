"""Steps between states, for every noun of this application that has a table of them."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from agreements.errors import Refused


class Step(NamedTuple):
    """One row of a table of transitions: the states that a verb starts from, and the one it leads to."""

    sources: tuple[str, ...]
    target: str


def step_take(table: Mapping[str, Step], verb: str, state: str, label: str) -> str:
    """Return the state to which `verb` leads from `state`.

    `label` is the translated name of the present state, for the sentence.
    Raises Refused where the table has no such step, KeyError where it does not know the verb.
    """
    step = table[verb]
    if state not in step.sources:
        raise Refused(
            _("This is no longer possible: the state is now “%(state)s”. Reload the page to see what was done."),
            code="transition",
            params={"state": label},
        )
    return step.target
