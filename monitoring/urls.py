"""Addresses of the monitoring application."""

from django.urls import URLPattern, URLResolver, path

from monitoring.views import (
    board,
    breach,
    breaches,
    facts,
    imports,
    objective,
    outlook,
    sources,
    standing,
    statuses,
    why,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("agreements/<slug:slug>/objectives/<str:name>/", objective.objective, name="objective"),
    path("agreements/<slug:slug>/objectives/<str:name>/outlook/", outlook.objective_outlook, name="objective_outlook"),
    path("agreements/<slug:slug>/standing/", standing.agreement_standing, name="agreement_standing"),
    path("services/<slug:slug>/standing/", standing.service_standing, name="service_standing"),
    path("figures/<int:result_id>/", why.why, name="why"),
    path("figures/<int:result_id>/verify/", why.why_verify, name="why_verify"),
    path("figures/<int:result_id>/agreement.yaml", why.why_agreement, name="why_agreement"),
    path("figures/<int:result_id>/facts.csv", why.why_facts, name="why_facts"),
    path("operations/", board.operations, name="operations"),
    path("operations/objectives/", statuses.statuses, name="statuses"),
    path("operations/breaches/", breaches.breaches, name="breaches"),
    path("operations/breaches/act/", breaches.breaches_bulk, name="breaches_bulk"),
    path("operations/breaches/<int:pk>/", breach.breach, name="breach"),
    path("operations/breaches/<int:pk>/step/<slug:verb>/", breach.breach_step, name="breach_step"),
    path("operations/import/", imports.facts_import, name="facts_import"),
    path("operations/import/samples/<slug:name>.csv", imports.import_sample, name="import_sample"),
    path("operations/indicators/", facts.indicators, name="indicators"),
    path("operations/indicators/<slug:service>/<slug:slug>/", facts.indicator, name="indicator"),
    path("operations/indicators/<slug:service>/<slug:slug>/facts.csv", facts.facts_file, name="facts_file"),
    path("operations/indicators/<slug:service>/<slug:slug>/record/", facts.fact_new, name="fact_new"),
    path(
        "operations/indicators/<slug:service>/<slug:slug>/progress/",
        facts.indicator_progress,
        name="indicator_progress",
    ),
    path("operations/sources/", sources.sources, name="sources"),
    path("operations/sources/new/", sources.source_new, name="source_new"),
    path("operations/sources/try/", sources.source_try, name="source_try"),
    path("operations/sources/<slug:slug>/", sources.source, name="source"),
    path("operations/sources/<slug:slug>/edit/", sources.source_edit, name="source_edit"),
    path("operations/sources/<slug:slug>/switch/", sources.source_switch, name="source_switch"),
]
