"""The impact of a planned disruption over HTTP: what it would do to each objective, before anybody consents."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from agreements.models import Agreement, Version
from agreements.selectors import agreements_visible
from monitoring.disruptions import disruptions_visible
from monitoring.instants import instant_of, moment_of
from reports.evidence.impact import Impact, impacts
from reports.evidence.spans import windows_refusal
from slmo.core.units import Window


class OddsSerializer(serializers.Serializer[Any]):
    """Probabilities from 0 to 1 that the target is still met; `certain` where no future can change it any more."""

    without = serializers.FloatField(help_text="As things stand.")
    counted = serializers.FloatField(help_text="If the time counts as down.")
    agreed = serializers.FloatField(help_text="If it is agreed and left out.")
    certain = serializers.BooleanField()


class PeriodSerializer(serializers.Serializer[Any]):
    """The period in which the disruption lies."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class ImpactSerializer(serializers.Serializer[Any]):
    """What a disruption would do to one objective; null is what nobody can say."""

    objective = serializers.CharField()
    title = serializers.CharField()
    period = PeriodSerializer()
    service_seconds = serializers.IntegerField(help_text="Seconds of its service hours inside the disruption.")
    budget_left = serializers.FloatField(allow_null=True, help_text="Seconds that may still be down in the period.")
    budget_after = serializers.FloatField(allow_null=True, help_text="The same if the time counts; below 0: missed.")
    odds = OddsSerializer(allow_null=True)


class ImpactViewSet(ViewSet):
    """The impact of a planned disruption: of one that is on the table, or of any span of time."""

    @extend_schema(
        summary="What a planned disruption would do to each objective of an agreement",
        parameters=[
            OpenApiParameter("disruption", OpenApiTypes.INT, description="One on the table: its times are looked at."),
            OpenApiParameter("agreement", str, description="Short name, with `from` and `to`."),
            OpenApiParameter(
                "from", OpenApiTypes.DATETIME, description="Without an offset: by the agreement's clocks."
            ),
            OpenApiParameter("to", OpenApiTypes.DATETIME),
        ],
        responses=ImpactSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Return the impact on each objective that is in force when the disruption begins."""
        agreement, windows = _stored(request) if request.query_params.get("disruption") else _asked(request)
        if sentence := windows_refusal(windows):
            raise serializers.ValidationError({"to": sentence})
        try:
            found = impacts(agreement, windows, timezone.now())
        except Version.DoesNotExist:
            found = []
        return Response(ImpactSerializer([_said(one) for one in found], many=True).data)


def _stored(request: Request) -> tuple[Agreement, list[Window]]:
    """Return the times of a disruption on the table; raises ValidationError, NotFound."""
    number = request.query_params["disruption"]
    if not (number.isdecimal() and len(number) < 10):
        raise serializers.ValidationError({"disruption": _("Expected a number.")})
    found = disruptions_visible(request.user).filter(pk=int(number)).first()
    if found is None:
        raise NotFound
    return found.agreement, [Window(instant_of(one.start), instant_of(one.end)) for one in found.windows]


def _asked(request: Request) -> tuple[Agreement, list[Window]]:
    """Return the span that the query names; raises ValidationError, NotFound."""
    missing = [name for name in ("agreement", "from", "to") if not request.query_params.get(name)]
    if missing:
        raise serializers.ValidationError({name: _("This field is required.") for name in missing})
    agreement = agreements_visible(request.user).filter(slug=request.query_params["agreement"]).first()
    if agreement is None:
        raise NotFound
    field = serializers.DateTimeField(default_timezone=ZoneInfo(agreement.timezone))
    found, wrong = {}, {}
    for name in ("from", "to"):
        try:
            found[name] = instant_of(field.run_validation(request.query_params[name]))
        except (serializers.ValidationError, OverflowError):
            wrong[name] = _("Expected a time such as 2026-03-01T09:00:00Z, or a date.")
    if wrong:
        raise serializers.ValidationError(wrong)
    return agreement, [Window(found["from"], found["to"])]


def _said(impact: Impact) -> dict[str, Any]:
    """Return one impact as the answer holds it."""
    return {
        "objective": impact.objective.name,
        "title": impact.clause.title,
        "period": {"start": moment_of(impact.period.start), "end": moment_of(impact.period.end)},
        "service_seconds": impact.overlap,
        "budget_left": impact.left,
        "budget_after": impact.after,
        "odds": impact.odds,
    }


router_entries = [("impacts", ImpactViewSet, "impact")]
