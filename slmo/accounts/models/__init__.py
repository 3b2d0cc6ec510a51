"""Users, organisations, the assignments between them, and tokens of the HTTP API."""

from slmo.accounts.models.assignment import Assignment, Role
from slmo.accounts.models.feed import CalendarFeed
from slmo.accounts.models.held import Held
from slmo.accounts.models.organisation import Organisation
from slmo.accounts.models.token import ApiToken
from slmo.accounts.models.user import User

__all__ = ["ApiToken", "Assignment", "CalendarFeed", "Held", "Organisation", "Role", "User"]
