"""Offer the table of actions to Django's own question, `user.has_perm("slmo.version_sign", organisation)`.

The `rules` library finds this module by its name. Code of the portal asks `slmo.accounts.policy` directly.
"""

from functools import partial

from rules.permissions import add_perm, perm_exists
from rules.predicates import predicate

from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import ACTIONS, can


def permission_of(action: str) -> str:
    """Return the name under which Django knows the action."""
    return f"slmo.{action}"


def _answer(action: str, user: User, organisation: Organisation | None = None) -> bool:
    """Answer for one organisation, or for any where none is given."""
    return can(user, action, *([organisation] if organisation else []))


for _action in ACTIONS:
    if not perm_exists(permission_of(_action)):
        add_perm(permission_of(_action), predicate(partial(_answer, _action), name=_action))
