"""Published month reports over HTTP."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from reports.models import Report
from reports.months import month_parse
from reports.selectors.report import reports_visible


class ReportSerializer(serializers.ModelSerializer):
    """One report, without its figures."""

    month = serializers.DateField(format="%Y-%m", help_text="The month, as 2023-04.")
    provider: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    customer: Any = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, allow_null=True, help_text="Null for the report on the whole catalogue."
    )

    class Meta:
        model = Report
        fields: tuple[str, ...] = (
            "id",
            "month",
            "provider",
            "customer",
            "number",
            "state",
            "digest",
            "created_at",
            "published_at",
        )


class ReportDetailSerializer(ReportSerializer):
    """One report with its letter and its figures, as they were published."""

    content = serializers.JSONField(help_text="Every figure of the report; `digest` covers it and the letter.")

    class Meta(ReportSerializer.Meta):
        fields = (*ReportSerializer.Meta.fields, "letter", "content")


@extend_schema_view(
    list=extend_schema(
        summary="List the month reports that you may read",
        parameters=[
            OpenApiParameter("month", OpenApiTypes.STR, description="Only this month, as 2023-04."),
            OpenApiParameter("state", OpenApiTypes.STR, enum=["draft", "published"]),
        ],
    ),
    retrieve=extend_schema(summary="Read one month report with its figures"),
)
class ReportViewSet(viewsets.ReadOnlyModelViewSet):
    """Month reports: a provider's own, and those that were published to you."""

    queryset = Report.objects.none()
    serializer_class = ReportSerializer

    def get_queryset(self) -> Any:
        """Return the reports that the caller may know of, by the filters given."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        rows = reports_visible(self.request.user).order_by("-month", "pk")
        if month := self.request.query_params.get("month"):
            rows = rows.filter(month=_month(month))
        if state := self.request.query_params.get("state"):
            rows = rows.filter(state=state)
        return rows if self.action == "retrieve" else rows.defer("content")

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        """Return the longer form for a single report."""
        return ReportDetailSerializer if self.action == "retrieve" else ReportSerializer


def _month(text: str) -> Any:
    """Return the month asked for; raise a validation error (400) with the sentence for anything else."""
    try:
        return month_parse(text)
    except ValueError as error:
        raise serializers.ValidationError({"month": [str(error)]}) from error


router_entries = [("reports", ReportViewSet, "report")]
