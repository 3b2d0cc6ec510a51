"""Catalogue and agreements over HTTP: read-only, scoped as the pages are, with the documents themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from agreements.api_negotiation import NegotiationActions
from agreements.listed import agreements_listed, services_listed
from agreements.models import Agreement, Indicator, Objective, Service, Version
from agreements.selectors import (
    agreements_visible,
    dependencies_visible,
    objectives_visible,
    terms_load,
    versions_visible,
)
from slmo.core.terms import Agreement as Terms


def given(request: Request, names: Mapping[str, str]) -> dict[str, str]:
    """Return the conditions that the query gives: `names` maps its parameters to fields."""
    found = {field: request.query_params.get(name, "") for name, field in names.items()}
    return {field: value.replace("\0", "\N{REPLACEMENT CHARACTER}") for field, value in found.items() if value}


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """One service of the catalogue."""

    organisation: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    owner = serializers.CharField(source="owner.name", default=None, read_only=True, allow_null=True)
    agreements = serializers.IntegerField(source="agreed", read_only=True)
    needed_by = serializers.IntegerField(source="needed", read_only=True)

    class Meta:
        model = Service
        fields = ("slug", "name", "summary", "organisation", "owner", "criticality", "agreements", "needed_by")


class NeedSerializer(serializers.Serializer[Any]):
    """One thing that a service needs."""

    service = serializers.CharField(source="needs.slug")
    mode = serializers.CharField()
    group = serializers.CharField()
    note = serializers.CharField()


class ServiceDetailSerializer(ServiceSerializer):
    """One service with what it needs."""

    needs = serializers.SerializerMethodField()

    class Meta:
        model = Service
        fields = (*ServiceSerializer.Meta.fields, "needs")

    @extend_schema_field(NeedSerializer(many=True))
    def get_needs(self, service: Service) -> list[dict[str, Any]]:
        """Return the edges that the reader may see."""
        edges = dependencies_visible(self.context["request"].user).filter(service=service)
        return list(NeedSerializer(edges, many=True).data)


STANDINGS = ["in_force", "signed", "proposed", "draft", "expired", "terminated", "withdrawn"]


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    """One agreement: parties, standing and the version in force."""

    service: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    provider: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    customer: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    standing = serializers.ChoiceField(STANDINGS, read_only=True)
    version = serializers.IntegerField(source="force_number", read_only=True, allow_null=True)
    effective_from = serializers.DateField(source="force_from", read_only=True, allow_null=True)
    effective_until = serializers.DateField(source="force_until", read_only=True, allow_null=True)
    term_until = serializers.DateField(
        read_only=True, allow_null=True, help_text="The end of the term for which the version was signed."
    )
    renewal = serializers.CharField(
        source="renewed_by", read_only=True, allow_null=True, help_text="How the term is extended by itself, if it is."
    )
    ended_from = serializers.DateField(
        read_only=True, allow_null=True, help_text="From when on the agreement is ended by notice or by both sides."
    )

    class Meta:
        model = Agreement
        fields = (
            "slug", "title", "type", "service", "provider", "customer", "timezone", "standing", "version",
            "effective_from", "effective_until", "term_until", "renewal", "ended_from", "terms_digest",
        )  # fmt: skip


class SignatureSerializer(serializers.Serializer[Any]):
    """One side's signature."""

    side = serializers.CharField()
    signer_name = serializers.CharField()
    evidence = serializers.CharField()
    digest = serializers.CharField()
    signed_at = serializers.DateTimeField()


class VersionSerializer(serializers.ModelSerializer[Version]):
    """One version with its document (docs/formats.md, agreement.yaml)."""

    document = serializers.JSONField(read_only=True)
    base = serializers.IntegerField(source="base.number", default=None, read_only=True, allow_null=True)
    signatures = SignatureSerializer(many=True, read_only=True)

    class Meta:
        model = Version
        fields = (
            "number", "state", "effective_from", "effective_until", "digest", "base", "note", "drafted_side",
            "drafted_at", "proposed_at", "signed_at", "signatures", "document",
        )  # fmt: skip


def _indicator_name(indicator: Indicator | None) -> str | None:
    """Return an indicator as `service/indicator`."""
    return f"{indicator.service.slug}/{indicator.slug}" if indicator else None


class ObjectiveSerializer(serializers.ModelSerializer[Objective]):
    """One objective with the terms that hold now."""

    agreement: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    service = serializers.CharField(source="agreement.service.slug", read_only=True)
    indicator = serializers.SerializerMethodField()
    customer_indicator = serializers.SerializerMethodField(help_text="The customer's own measurement, or null.")
    terms = serializers.SerializerMethodField(help_text="The objective as the version in force says it, or null.")

    class Meta:
        model = Objective
        fields = ("agreement", "name", "service", "indicator", "customer_indicator", "terms")

    def get_indicator(self, objective: Objective) -> str | None:
        """Return the indicator that measures it, as `service/indicator`."""
        return _indicator_name(objective.indicator)

    def get_customer_indicator(self, objective: Objective) -> str | None:
        """Return the customer's own measurement of it, as `service/indicator`."""
        return _indicator_name(objective.customer_indicator)

    def get_terms(self, objective: Objective) -> dict[str, Any] | None:
        """Return what the version in force says about it."""
        terms: Terms | None = self.context["terms"].get(objective.agreement_id)
        version = terms.version_at(self.context["now"]) if terms else None
        said = version.document["spec"].get("objectives", ()) if version else ()
        return next((one for one in said if one["name"] == objective.name), None)


@extend_schema_view(
    list=extend_schema(summary="Services of the catalogue", parameters=[
        OpenApiParameter("organisation", str, description="Short name of the organisation that delivers them."),
        OpenApiParameter("criticality", int, description="1 low to 4 critical."),
    ]),
    retrieve=extend_schema(summary="One service, with what it needs", responses=ServiceDetailSerializer),
)  # fmt: skip
class ServiceViewSet(ReadOnlyModelViewSet[Service]):
    """Services that the caller may see."""

    queryset = Service.objects.none()
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Service]:
        """Return the visible services, narrowed by the query."""
        rows = services_listed(self.request.user).filter(**given(self.request, {"organisation": "organisation__slug"}))
        criticality = self.request.query_params.get("criticality", "")
        return (rows.filter(criticality=int(criticality)) if criticality in tuple("1234") else rows).order_by("slug")

    def get_serializer_class(self) -> type[ServiceSerializer]:
        """Return the fuller form for one service."""
        return ServiceDetailSerializer if self.action == "retrieve" else ServiceSerializer


@extend_schema_view(
    list=extend_schema(summary="Agreements", parameters=[
        OpenApiParameter("type", str, enum=["SLA", "OLA", "UC"]),
        OpenApiParameter("service", str, description="Short name of the service."),
        OpenApiParameter("standing", str, enum=STANDINGS),
    ]),
    retrieve=extend_schema(summary="One agreement"),
)  # fmt: skip
class AgreementViewSet(NegotiationActions, ReadOnlyModelViewSet[Agreement]):
    """Agreements that the caller's organisations provide or receive."""

    queryset = Agreement.objects.none()
    lookup_field = "slug"
    serializer_class = AgreementSerializer

    def get_queryset(self) -> QuerySet[Agreement]:
        """Return the visible agreements, narrowed by the query; what lists say of them only where it is shown."""
        if self.action not in ("list", "retrieve"):
            return agreements_visible(self.request.user)
        rows = agreements_listed(self.request.user, timezone.now()).order_by("slug")
        return rows.filter(**given(self.request, {"type": "type", "service": "service__slug", "standing": "standing"}))

    @extend_schema(summary="All versions of an agreement, with their documents", responses=VersionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, slug: str) -> Response:
        """Return the versions that the caller may see, in order."""
        rows = versions_visible(request.user, self.get_object()).select_related("base").prefetch_related("signatures")
        return Response(VersionSerializer(rows, many=True).data)

    @extend_schema(
        summary="One version of an agreement, with its document",
        parameters=[OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
        responses=VersionSerializer,
    )
    @action(detail=True, methods=["get"], url_path=r"versions/(?P<number>[0-9]{1,6})", url_name="version")
    def version(self, request: Request, slug: str, number: str) -> Response:
        """Return one version, or 404."""
        found = versions_visible(request.user, self.get_object()).filter(number=int(number)).first()
        if found is None:
            raise NotFound
        return Response(VersionSerializer(found).data)


@extend_schema_view(
    list=extend_schema(summary="Objectives with the terms in force", parameters=[
        OpenApiParameter("agreement", str, description="Short name of the agreement."),
        OpenApiParameter("service", str, description="Short name of the service."),
    ]),
)  # fmt: skip
class ObjectiveViewSet(ListModelMixin, GenericViewSet[Objective]):
    """Objectives of the agreements that the caller may see."""

    queryset = Objective.objects.none()
    serializer_class = ObjectiveSerializer

    def get_queryset(self) -> QuerySet[Objective]:
        """Return the visible objectives, narrowed by the query."""
        rows = objectives_visible(self.request.user).select_related("indicator__service", "customer_indicator__service")
        wanted = given(self.request, {"agreement": "agreement__slug", "service": "agreement__service__slug"})
        return rows.filter(**wanted).order_by("agreement__slug", "position", "name")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of objectives; the terms of all their agreements are read in one query."""
        page = self.paginate_queryset(self.get_queryset())
        rows = page if page is not None else list(self.get_queryset())
        terms = terms_load({one.agreement_id: one.agreement for one in rows}.values())
        context = {**self.get_serializer_context(), "terms": terms, "now": int(timezone.now().timestamp())}
        data = ObjectiveSerializer(rows, many=True, context=context).data
        return self.get_paginated_response(data) if page is not None else Response(data)


router_entries = [
    ("services", ServiceViewSet, "service"),
    ("agreements", AgreementViewSet, "agreement"),
    ("objectives", ObjectiveViewSet, "objective"),
]
