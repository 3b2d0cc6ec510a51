"""The map of the portal's addresses: each app brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("slmo.web.urls")),
    path("", include("slmo.accounts.urls")),
    path("", include("slmo.audit.urls")),
    path("", include("slmo.notify.urls")),
    path("", include("agreements.urls")),
    path("", include("monitoring.urls")),
    path("", include("reports.urls")),
    path("", include("governance.urls")),
    path("api/", include("slmo.api")),
]
