"""Addresses of the reports application."""

from django.urls import URLPattern, URLResolver, path, register_converter

from reports.months import MonthConverter
from reports.views import cost, evidence, impact, matrix, report, whatif

register_converter(MonthConverter, "month")

EVIDENCE = "agreements/<slug:slug>/versions/<int:number>/evidence/<str:name>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", matrix.matrix, name="reports"),
    path("reports/compliance.csv", matrix.matrix_csv, name="reports_matrix_csv"),
    path("reports/months/", report.months, name="report_months"),
    path("reports/<month:month>/", report.month, name="report_month"),
    path("reports/<month:month>/<slug:provider>/<slug:customer>/", report.report, name="report"),
    path("reports/<month:month>/<slug:provider>/<slug:customer>/compile/", report.compile_, name="report_compile"),
    path("reports/<month:month>/<slug:provider>/<slug:customer>/letter/", report.letter, name="report_letter"),
    path("reports/<month:month>/<slug:provider>/<slug:customer>/publish/", report.publish, name="report_publish"),
    path(f"{EVIDENCE}/", evidence.evidence, name="evidence"),
    path(f"{EVIDENCE}/share/", evidence.share, name="evidence_share"),
    path(f"{EVIDENCE}/cost/", evidence.cost, name="evidence_cost"),
    path(f"{EVIDENCE}/withdraw/", evidence.withdraw, name="evidence_withdraw"),
    path("agreements/<slug:slug>/impact/", impact.disruption_impact, name="disruption_impact"),
    path("agreements/<slug:slug>/disruptions/<int:pk>/impact/", impact.disruption_impact, name="disruption_impact"),
    path("services/<slug:slug>/cost/", cost.service_cost, name="service_cost"),
    path("services/<slug:slug>/cost/<int:pk>/remove/", cost.cost_drop, name="cost_drop"),
    path("agreements/<slug:slug>/objectives/<str:name>/what-if/", whatif.whatif, name="whatif"),
]
