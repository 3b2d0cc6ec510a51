"""Addresses of the agreements application."""

from django.urls import URLPattern, URLResolver, path

from agreements.views import (
    agreement,
    authority,
    catalogue,
    importing,
    indicator,
    library,
    life,
    negotiation,
    register,
    service,
    version,
)
from agreements.views.editor import calendar, conditions, exclusion, objective
from agreements.views.room import acts, edit, page, pulse

EDIT = "agreements/<slug:slug>/versions/<int:number>/edit"
ROOM = "agreements/<slug:slug>/versions/<int:number>/room"

urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/new/", service.service_new, name="service_new"),
    path("catalogue/<slug:slug>/", service.service, name="service"),
    path("catalogue/<slug:slug>/edit/", service.service_edit, name="service_edit"),
    path("catalogue/<slug:slug>/measure/", indicator.indicator_new, name="indicator_new"),
    path("catalogue/<slug:slug>/needs/", service.dependency_new, name="dependency_new"),
    path("catalogue/<slug:slug>/needs/<int:pk>/", service.dependency_edit, name="dependency_edit"),
    path("catalogue/<slug:slug>/needs/<int:pk>/remove/", service.dependency_drop, name="dependency_drop"),
    path("administration/organisations/<slug:slug>/limits/", authority.limits, name="authority_limits"),
    path("administration/limits/<int:pk>/end/", authority.limit_end, name="authority_limit_end"),
    path("agreements/", register.agreements, name="agreements"),
    path("agreements/new/", agreement.agreement_new, name="agreement_new"),
    path("agreements/import/", importing.agreement_import, name="agreement_import"),
    path("agreements/library/", library.library, name="library"),
    path("agreements/library/<slug:name>/", library.library_entry, name="library_entry"),
    path("agreements/library/<slug:name>/draft/", library.library_draft, name="library_draft"),
    path("agreements/library/<slug:name>/retire/", library.template_drop, name="template_drop"),
    path("agreements/<slug:slug>/", agreement.agreement, name="agreement"),
    path("agreements/<slug:slug>/versions/<int:number>/keep/", library.template_new, name="template_new"),
    path(f"{EDIT}/insert/", library.insert, name="version_insert"),
    path(f"{EDIT}/insert/<slug:name>/", library.insert_entry, name="version_insert_entry"),
    path("agreements/<slug:slug>/import/", importing.version_import, name="version_import"),
    path("agreements/<slug:slug>/versions/<int:number>/export/", importing.version_export, name="version_export"),
    path(
        "agreements/<slug:slug>/versions/<int:number>/openslo.yaml", importing.version_openslo, name="version_openslo"
    ),
    path("agreements/<slug:slug>/renew/", life.renew, name="agreement_renew"),
    path("agreements/<slug:slug>/end/", life.end, name="agreement_end"),
    path("agreements/<slug:slug>/amend/", negotiation.version_new, name="version_new"),
    path("agreements/<slug:slug>/objectives/<str:name>/measure/", agreement.measure, name="objective_measure"),
    path("agreements/<slug:slug>/versions/<int:number>/", version.version, name="version"),
    path("agreements/<slug:slug>/versions/<int:number>/edit/", negotiation.version_edit, name="version_edit"),
    path("agreements/<slug:slug>/versions/<int:number>/propose/", negotiation.propose, name="version_propose"),
    path("agreements/<slug:slug>/versions/<int:number>/withdraw/", negotiation.withdraw, name="version_withdraw"),
    path("agreements/<slug:slug>/versions/<int:number>/sign/<str:side>/", negotiation.sign, name="version_sign"),
    path(
        "agreements/<slug:slug>/versions/<int:number>/signed-outside/<str:side>/",
        negotiation.sign_recorded,
        name="version_sign_recorded",
    ),
    path("agreements/<slug:slug>/versions/<int:number>/agreement.yaml", version.download, name="version_download"),
    path("agreements/<slug:slug>/compare/", page.compare, name="version_compare"),
    path(f"{ROOM}/", page.room, name="room"),
    path(f"{ROOM}/pulse/", pulse.pulse, name="room_pulse"),
    path(f"{ROOM}/edit/", edit.edit, name="room_edit"),
    path(f"{ROOM}/accept/", acts.accept, name="room_accept"),
    path(f"{ROOM}/object/", acts.object_to, name="room_object"),
    path(f"{ROOM}/counter/", acts.counter, name="room_counter"),
    path(f"{ROOM}/comment/", acts.comment, name="room_comment"),
    path(f"{ROOM}/settle/", acts.resolve, name="room_resolve"),
    path(f"{ROOM}/note/", acts.note, name="room_note"),
    path(f"{EDIT}/new-objective/", objective.objective_new, name="version_objective_new"),
    path(f"{EDIT}/objectives/<str:name>/", objective.objective_edit, name="version_objective"),
    path(f"{EDIT}/objectives/<str:name>/remove/", objective.objective_drop, name="version_objective_drop"),
    path(f"{EDIT}/new-calendar/", calendar.calendar_new, name="version_calendar_new"),
    path(f"{EDIT}/calendars/<str:name>/", calendar.calendar_edit, name="version_calendar"),
    path(f"{EDIT}/calendars/<str:name>/remove/", calendar.calendar_drop, name="version_calendar_drop"),
    path(f"{EDIT}/new-exclusion/<str:sort>/", exclusion.exclusion_new, name="version_exclusion_new"),
    path(f"{EDIT}/exclusions/<int:place>/", exclusion.exclusion_edit, name="version_exclusion"),
    path(f"{EDIT}/exclusions/<int:place>/remove/", exclusion.exclusion_drop, name="version_exclusion_drop"),
    path(f"{EDIT}/conditions/", conditions.conditions, name="version_conditions"),
    path(f"{EDIT}/new-clause/", conditions.clause_new, name="version_clause_new"),
    path(f"{EDIT}/clauses/<slug:name>/", conditions.clause_edit, name="version_clause"),
    path(f"{EDIT}/clauses/<slug:name>/remove/", conditions.clause_drop, name="version_clause_drop"),
]
