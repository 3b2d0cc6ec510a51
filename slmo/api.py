"""The HTTP API, version 1: catalogue, agreements, facts in, results out, and the document that describes it."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import DefaultRouter

from agreements.api import router_entries as agreements_entries
from monitoring.api import router_entries as monitoring_entries
from reports.api import router_entries as reports_entries
from reports.api_impact import router_entries as impact_entries


def router_build() -> DefaultRouter:
    """Return one router over what each application offers."""
    router = DefaultRouter()
    router.include_format_suffixes = False  # one address for each thing; another form is asked for by header
    for prefix, viewset, basename in (*agreements_entries, *monitoring_entries, *reports_entries, *impact_entries):
        router.register(prefix, viewset, basename=basename)
    return router


class Docs(SpectacularSwaggerSplitView):
    """Show the API's document as a page; its script comes by an address of its own, as the portal's policy asks."""

    permission_classes = (AllowAny,)
    template_name = "api/docs.html"


class Schema(SpectacularAPIView):
    """Give the OpenAPI document."""

    permission_classes = (AllowAny,)


urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(url_name="schema"), name="api_docs"),
    path("v1/", include(router_build().urls)),
]
