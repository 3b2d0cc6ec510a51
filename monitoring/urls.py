"""Addresses of the monitoring application."""

from django.urls import URLPattern, URLResolver, path

from monitoring.views import board, breach, breaches, objective, standing, statuses, why

urlpatterns: list[URLPattern | URLResolver] = [
    path("agreements/<slug:slug>/objectives/<str:name>/", objective.objective, name="objective"),
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
    path("operations/breaches/<int:pk>/<slug:verb>/", breach.breach_step, name="breach_step"),
]
