"""The map of the portal's addresses: each app brings its own."""

from django.urls import include, path

handler400 = "slmo.web.errors.bad_request"
handler403 = "slmo.web.errors.permission_denied"
handler404 = "slmo.web.errors.page_not_found"
handler500 = "slmo.web.errors.server_error"

urlpatterns = [
    path("", include("slmo.web.urls")),
    path("", include("slmo.accounts.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("", include("slmo.web.administration.urls")),
    path("", include("agreements.urls")),
    path("", include("agreements.signing_urls")),
    path("", include("monitoring.urls")),
    path("", include("reports.urls")),
    path("", include("governance.urls")),
    path("api/", include("slmo.api")),
]
