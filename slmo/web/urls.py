"""Addresses of the frame itself."""

from django.urls import path

from slmo.web.views import csp, gallery, health, icon, preferences

urlpatterns = [
    path("favicon.ico", icon.icon, name="icon"),  # asked for by browsers where no page names one
    path("health/", health.health, name="health"),
    path("theme/", preferences.theme_set, name="theme"),
    path("language/", preferences.language_set, name="language"),
    path("csp-report/", csp.csp_report, name="csp_report"),
    path("style/", gallery.style, name="style"),
]
