"""Changes of state in the accounts application: one verb each."""

from slmo.accounts.services.assignment import assignment_grant, assignment_revoke
from slmo.accounts.services.feed import calendar_feed_issue, calendar_feed_revoke, calendar_feed_user
from slmo.accounts.services.organisation import organisation_create, organisation_update
from slmo.accounts.services.token import api_token_issue, api_token_revoke
from slmo.accounts.services.user import user_create, user_set_active, user_update, user_update_preferences

__all__ = [
    "api_token_issue",
    "api_token_revoke",
    "assignment_grant",
    "assignment_revoke",
    "calendar_feed_issue",
    "calendar_feed_revoke",
    "calendar_feed_user",
    "organisation_create",
    "organisation_update",
    "user_create",
    "user_set_active",
    "user_update",
    "user_update_preferences",
]
