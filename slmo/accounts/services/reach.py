"""How far a person who administers others reaches: not above themselves."""

from django.utils.translation import gettext as _

from slmo.accounts.errors import Denied
from slmo.accounts.models import Organisation, User


def organisations_of(user: User) -> list[Organisation]:
    """Return the organisations that a user is assigned to."""
    return list(Organisation.objects.filter(assignments__user=user))


def require_level(actor: User, level: int | None) -> None:
    """Raise Denied where a level is above every level that the actor holds at a provider."""
    own = max((held.level for held in actor.held if held.kind == Organisation.Kind.PROVIDER), default=0)
    if level and level > own and not actor.is_superuser:
        raise Denied(
            _("You may administer people up to your own level, %(own)d; this is level %(level)d.")
            % {"own": own, "level": level},
            "user_edit",
        )


def require_reach(actor: User, user: User) -> None:
    """Raise Denied where the user stands above the actor: a changed address could be used to take their account."""
    if user.is_superuser and not actor.is_superuser:
        raise Denied(_("Only an administrator of the installation may edit another one."), "user_edit")
    require_level(actor, max((held.level for held in user.held), default=0))
