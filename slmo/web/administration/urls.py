"""Addresses of the account and of administration."""

from django.urls import path

from slmo.web.administration import audit, news, organisations, overview, preferences, tokens, users, wishes

urlpatterns = [
    path("account/preferences/", preferences.preferences, name="preferences"),
    path("account/notifications/", wishes.wishes, name="notification_preferences"),
    path("account/notifications/webhook/", wishes.webhook, name="notification_webhook"),
    path("account/tokens/", tokens.tokens, name="administration_tokens"),
    path("account/tokens/<int:key>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("notifications/", news.news, name="notifications_all"),
    path("notifications/bell/", news.bell, name="notifications"),
    path("notifications/read/", news.news_read, name="notifications_read"),
    path("notifications/mute/", news.mute, name="mute"),
    path("notifications/<int:key>/", news.news_open, name="notification"),
    path("administration/", overview.overview, name="administration"),
    path("administration/users/", users.users, name="administration_users"),
    path("administration/users/new/", users.user_new, name="administration_user_new"),
    path("administration/users/<int:key>/", users.user, name="administration_user"),
    path("administration/users/<int:key>/active/", users.user_active, name="user_active"),
    path("administration/users/<int:key>/assignments/", users.assignment_new, name="assignment_new"),
    path("administration/assignments/<int:key>/revoke/", users.assignment_end, name="assignment_revoke"),
    path("administration/organisations/", organisations.organisations, name="administration_organisations"),
    path("administration/organisations/new/", organisations.organisation_new, name="administration_organisation_new"),
    path("administration/organisations/<slug:slug>/", organisations.organisation, name="administration_organisation"),
    path("administration/audit/", audit.audit, name="administration_audit"),
    path("administration/audit/<int:key>/", audit.entry, name="administration_audit_entry"),
]
