"""Planned disruptions over HTTP: announced, countered, consented to, declined, taken back; by the pages' own verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from agreements.api_negotiation import acted
from agreements.models import Service
from agreements.selectors import services_visible
from monitoring.api.idempotency import HEADER, KEY_MOST, once
from monitoring.disruptions import disruptions_visible, notice_short
from monitoring.models import Disruption, DisruptionMove, DisruptionState
from monitoring.services import disruption as verbs
from monitoring.services.disruption import MOST_WINDOWS, Span
from monitoring.services.proposal import TEXT_LONGEST
from slmo.accounts.models import User
from slmo.accounts.services.identity import Proof

UTC = ZoneInfo("UTC")
SENT_AGAIN = OpenApiParameter(
    HEADER, location=OpenApiParameter.HEADER,
    description=f"A name of at most {KEY_MOST} characters: sent again, the request is answered as before.",
)  # fmt: skip


class WindowSerializer(serializers.Serializer[Any]):
    """A span of time from `start` up to `end`; times without an offset are UTC."""

    start = serializers.DateTimeField(default_timezone=UTC)
    end = serializers.DateTimeField(default_timezone=UTC)


class MoveSerializer(serializers.ModelSerializer[DisruptionMove]):
    """One move at the table: who did what, with which words and, where it proposed some, which times."""

    act = serializers.ChoiceField(["ask", "counter", "consent", "decline", "withdraw", "call_off"], read_only=True)
    windows = WindowSerializer(many=True, read_only=True)

    class Meta:
        model = DisruptionMove
        fields = ("act", "side", "name", "at", "word", "windows")
        read_only_fields = fields


class DisruptionSerializer(serializers.ModelSerializer[Disruption]):
    """A planned disruption as it is negotiated under one agreement."""

    agreement: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    announcement = serializers.IntegerField(source="announcement_id", read_only=True)
    title = serializers.CharField(source="announcement.title", read_only=True)
    reason = serializers.CharField(source="announcement.reason", read_only=True)
    services = serializers.SlugRelatedField("slug", many=True, read_only=True, source="announcement.services")  # type: ignore[var-annotated]
    announced_at = serializers.DateTimeField(source="announcement.created_at", read_only=True)
    turn = serializers.SerializerMethodField(help_text="The side that is asked; empty once all is decided.")
    windows = WindowSerializer(many=True, read_only=True, help_text="The times on the table.")
    notice = serializers.SerializerMethodField(help_text="A sentence where they came later than agreed, else empty.")
    moves = MoveSerializer(many=True, read_only=True)
    exclusions = serializers.PrimaryKeyRelatedField(many=True, read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Disruption
        fields = (
            "id", "announcement", "agreement", "services", "title", "reason", "announced_at", "state", "turn",
            "windows", "notice", "decided_at", "moves", "exclusions",
        )  # fmt: skip
        read_only_fields = fields

    def get_turn(self, found: Disruption) -> str:
        """Return the side that has to answer."""
        return str(found.turn) if found.waits else ""

    def get_notice(self, found: Disruption) -> str:
        """Return what is said about times that were proposed late."""
        return notice_short(found)


class AnnouncedSerializer(serializers.Serializer[Any]):
    """What an announcement asks for: one disruption for each agreement that it reaches."""

    disruptions = DisruptionSerializer(many=True)


class WindowsSerializer(serializers.Serializer[Any]):
    """Times, none over another, all ahead."""

    windows = serializers.ListField(child=WindowSerializer(), allow_empty=False, max_length=MOST_WINDOWS)

    def spans(self) -> list[Span]:
        """Return the given times."""
        return [Span(one["start"], one["end"]) for one in self.validated_data["windows"]]


class AnnounceSerializer(WindowsSerializer):
    """What a provider plans to do to some of its services, when, and why."""

    services = serializers.ListField(
        child=serializers.CharField(max_length=80), allow_empty=False, help_text="Short names, of one provider."
    )
    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=TEXT_LONGEST)


class CounterSerializer(WindowsSerializer):
    """Other times, and why."""

    word = serializers.CharField(required=False, default="", allow_blank=True, max_length=TEXT_LONGEST)


class ConsentSerializer(CounterSerializer):
    """Consent to the times that were read, and who it is once more: a token alone does not consent."""

    password = serializers.CharField(
        required=False, default="", trim_whitespace=False, style={"input_type": "password"}
    )
    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=20)


class DeclineSerializer(serializers.Serializer[Any]):
    """Why not."""

    word = serializers.CharField(max_length=TEXT_LONGEST)


def _step(summary: str, request: Any) -> Callable[[Any], Any]:
    """Return the decorator of one move: its description and its address."""

    def decorate(view: Any) -> Any:
        described = extend_schema(
            summary=summary, request=request, parameters=[SENT_AGAIN], responses=DisruptionSerializer
        )
        return described(action(detail=True, methods=["post"])(view))

    return decorate


@extend_schema_view(
    list=extend_schema(summary="Planned disruptions, the latest first", parameters=[
        OpenApiParameter("agreement", str, description="Short name of the agreement."),
        OpenApiParameter("state", str, enum=DisruptionState.values),
        OpenApiParameter("announcement", OpenApiTypes.INT, description="All that one announcement asks for."),
    ]),
    retrieve=extend_schema(summary="One planned disruption, with its moves"),
)  # fmt: skip
class DisruptionViewSet(ReadOnlyModelViewSet[Disruption]):
    """Planned disruptions under the agreements that the caller may see."""

    queryset = Disruption.objects.none()
    serializer_class = DisruptionSerializer
    lookup_value_regex = "[0-9]{1,9}"

    def get_queryset(self) -> QuerySet[Disruption]:
        """Return the visible disruptions, narrowed by the query; raises ValidationError for what is no filter."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        asked, rows = self.request.query_params, disruptions_visible(self.request.user)
        if (state := asked.get("state", "")) and state not in DisruptionState.values:
            names = ", ".join(DisruptionState.values)
            raise serializers.ValidationError({"state": _("Expected one of %(names)s.") % {"names": names}})
        number = asked.get("announcement", "")
        if number and not (number.isdecimal() and len(number) < 10):
            raise serializers.ValidationError({"announcement": _("Expected a number.")})
        given = {"agreement__slug": asked.get("agreement"), "state": state, "announcement": number}
        rows = rows.filter(**{name: value for name, value in given.items() if value})
        return rows.prefetch_related("announcement__services", "exclusions").order_by(
            "-announcement__created_at", "-pk"
        )

    @extend_schema(
        summary="Announce a planned disruption: every customer whom it reaches is asked for consent",
        request=AnnounceSerializer, parameters=[SENT_AGAIN], responses={201: AnnouncedSerializer},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Announce it, and return what is asked of whom."""
        return once(request, lambda: self._announce(request))

    def _announce(self, request: Request) -> Response:
        given = AnnounceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data, services = given.validated_data, self._services(given.validated_data["services"])
        made = acted(lambda: verbs.disruption_announce(
            organisation=services[0].organisation, services=services, windows=given.spans(),
            title=data["title"], reason=data["reason"], actor=cast(User, request.user), now=timezone.now(),
        ))  # fmt: skip
        asked = self.get_queryset().filter(announcement=made).order_by("agreement__slug")
        return Response({"disruptions": DisruptionSerializer(asked, many=True).data}, status=status.HTTP_201_CREATED)

    def _services(self, names: list[str]) -> list[Service]:
        """Return the named services; raises ValidationError for unknown ones, and for those of several providers."""
        rows = services_visible(self.request.user).filter(slug__in=names, retired_at__isnull=True)
        found = {one.slug: one for one in rows.select_related("organisation")}
        if unknown := [name for name in dict.fromkeys(names) if name not in found]:
            sentence = _("There is no such service: %(names)s.") % {"names": ", ".join(unknown)}
            raise serializers.ValidationError({"services": sentence})
        if len({one.organisation_id for one in found.values()}) > 1:
            raise serializers.ValidationError({"services": _("Choose services of one provider.")})
        return list(found.values())

    @_step("Answer with other times", CounterSerializer)
    def counter(self, request: Request, pk: str) -> Response:
        """Propose other times; then it is the other side's turn."""
        return self._moved(request, CounterSerializer, lambda found, given, by: verbs.disruption_counter(
            disruption=found, side=found.turn, windows=given.spans(), word=given.validated_data["word"], **by,
        ))  # fmt: skip

    @_step("Consent to the times on the table: they are then excluded from every figure", ConsentSerializer)
    def consent(self, request: Request, pk: str) -> Response:
        """Consent to the times that were read; others than those on the table are refused."""
        return self._moved(request, ConsentSerializer, lambda found, given, by: verbs.disruption_consent(
            disruption=found, side=found.turn, shown=sorted(given.spans()), word=given.validated_data["word"],
            proof=Proof(given.validated_data["password"], given.validated_data["code"]), **by,
        ))  # fmt: skip

    @_step("Decline, and say why: the time will count", DeclineSerializer)
    def decline(self, request: Request, pk: str) -> Response:
        """Say no."""
        return self._moved(request, DeclineSerializer, lambda found, given, by: verbs.disruption_decline(
            disruption=found, side=found.turn, word=given.validated_data["word"], **by,
        ))  # fmt: skip

    @_step("Take back what was announced and is not agreed", None)
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back."""
        return self._moved(
            request, serializers.Serializer, lambda found, given, by: verbs.disruption_withdraw(disruption=found, **by)
        )

    @_step("Call off an agreed disruption before it begins: its time counts again", None)
    def call_off(self, request: Request, pk: str) -> Response:
        """Call it off."""
        return self._moved(
            request, serializers.Serializer, lambda found, given, by: verbs.disruption_call_off(disruption=found, **by)
        )

    def _moved(self, request: Request, serializer: type[Any], act: Callable[[Disruption, Any, Any], Any]) -> Response:
        """Do one move, once for an idempotency key, and return the disruption as it now stands."""

        def take() -> Response:
            found, given = self.get_object(), serializer(data=request.data)
            given.is_valid(raise_exception=True)
            by = {"actor": cast(User, request.user), "now": timezone.now()}
            acted(lambda: act(found, given, by))
            return Response(DisruptionSerializer(self.get_object()).data)

        return once(request, take)
