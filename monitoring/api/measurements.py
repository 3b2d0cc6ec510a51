"""What the two measurements of objectives say, over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from monitoring.api.views import OBJECTIVE, SPAN, filtered, moment_asked
from monitoring.difference_page import differences_visible
from monitoring.models import Difference


class MeasuredFigureSerializer(serializers.Serializer[Any]):
    """The figure that one party's measurement alone would give."""

    verdict = serializers.CharField()
    achieved = serializers.CharField()
    value = serializers.CharField()
    good = serializers.CharField()
    total = serializers.CharField()
    unknown = serializers.IntegerField(help_text="Seconds of which it knows nothing.")


class DifferenceSerializer(serializers.ModelSerializer[Difference]):
    """Both measurements of one objective in one period; seconds are null where no states measure it."""

    agreement = serializers.CharField(source="objective.agreement.slug")
    objective = serializers.CharField(source="objective.name")
    provider = MeasuredFigureSerializer()
    customer = MeasuredFigureSerializer()
    disagreed = serializers.IntegerField(allow_null=True, help_text="Seconds in which one says up and the other down.")

    class Meta:
        model = Difference
        fields = (
            "agreement", "objective", "start", "end", "rules", "provider", "customer", "difference", "above", "agreed",
            "disagreed", "provider_down", "customer_down", "provider_silent", "customer_silent", "compared_at",
            "told_at",
        )  # fmt: skip


@extend_schema_view(list=extend_schema(parameters=[*OBJECTIVE, *SPAN]))
class DifferenceViewSet(ListModelMixin, GenericViewSet[Difference]):
    """Differences: what both parties measured, period by period, where an objective is measured twice."""

    serializer_class = DifferenceSerializer
    queryset = Difference.objects.none()

    def get_queryset(self) -> QuerySet[Difference]:
        """Return the visible comparisons that were asked for, the latest period first."""
        rows = differences_visible(self.request.user).select_related("objective__agreement")
        rows = rows.filter(objective__customer_indicator__isnull=False).order_by("-start", "objective_id")
        rows = filtered(self.request, rows, agreement="objective__agreement__slug", objective="objective__name")
        if since := moment_asked(self.request, "from"):
            rows = rows.filter(end__gt=since)
        if until := moment_asked(self.request, "to"):
            rows = rows.filter(start__lt=until)
        return rows
