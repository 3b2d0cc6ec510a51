"""Facts in; facts, results, statuses and breaches out. Every list is scoped as the pages are."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from agreements.models import Indicator
from agreements.selectors import indicators_visible
from monitoring.api.idempotency import HEADER, KEY_MOST, once
from monitoring.api.parser import ExactParser
from monitoring.api.serializers import (
    BreachSerializer,
    DeliverySerializer,
    FactSerializer,
    ReceiptSerializer,
    ResultSerializer,
    StatusSerializer,
)
from monitoring.items import ITEMS_MOST, items_read
from monitoring.kinds import KINDS, FactKind, kind_of
from monitoring.known import KnownRefused, known_moment, rows_known
from monitoring.models import Breach, Fact, ObjectiveStatus
from monitoring.rows import FactsRefused
from monitoring.selectors import breaches_visible, facts_visible, result_rows, results_visible, statuses_visible
from monitoring.services.facts import facts_record
from monitoring.writers import record_act
from slmo.accounts.policy import require


def _query(name: str, what: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    """Return the description of a parameter of the query string."""
    return OpenApiParameter(name, kind, description=what)


SPAN = [
    _query("from", "Ending after this time or date.", OpenApiTypes.DATETIME),
    _query("to", "Beginning before this time or date.", OpenApiTypes.DATETIME),
]
KNOWN_ON = _query(
    "known_on",
    "As known at this time: from what was recorded, approved and signed by then; what was final then stays as it was.",
    OpenApiTypes.DATETIME,
)
OBJECTIVE = [_query("agreement", "Short name of the agreement."), _query("objective", "Name of the objective.")]


def moment_asked(request: Request, name: str) -> datetime | None:
    """Return a time of the query string; dates and times without an offset are UTC. Raises ValidationError."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: _("Expected a time such as 2026-03-01T09:00:00Z, or a date.")}) from error
    return moment if moment.tzinfo else timezone.make_aware(moment, timezone.get_default_timezone())


def known_asked(request: Request) -> datetime | None:
    """Return the moment of `known_on`; a date means its end. Raises ValidationError for what is no past moment."""
    if "known_on" not in request.query_params:
        return None
    try:
        return known_moment(request.query_params["known_on"], timezone.now())
    except KnownRefused as refused:
        raise ValidationError({"known_on": str(refused)}) from refused


def filtered(request: Request, rows: QuerySet[Any], **names: str) -> QuerySet[Any]:
    """Return the rows that match the query string; `names` maps its parameters to fields."""
    asked = {field: request.query_params[name] for name, field in names.items() if request.query_params.get(name)}
    return rows.filter(**asked)


class FactViewSet(ListModelMixin, GenericViewSet[Fact]):
    """Facts: recorded in deliveries, read in lists."""

    serializer_class = FactSerializer
    queryset = Fact.objects.none()
    parser_classes = (ExactParser,)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the visible facts that were asked for, the latest first."""
        name = self.request.query_params.get("indicator")
        indicator = indicator_asked(self.request, name) if name else None
        kind = kind_of(indicator) if indicator else self._kind_asked()
        rows = facts_visible(self.request.user, moment_asked(self.request, "known_at"), kind)
        if indicator:
            rows = rows.filter(indicator=indicator)
        if since := moment_asked(self.request, "from"):
            rows = rows.exclude(**{f"{kind.last}__lte": since})
        if until := moment_asked(self.request, "to"):
            rows = rows.filter(**{f"{kind.first}__lt": until})
        return rows

    def _kind_asked(self) -> FactKind:
        """Return the kind of facts that the query string names, states where it names none; raises ValidationError."""
        name = self.request.query_params.get("kind", "states")
        if name not in KINDS:
            raise ValidationError({"kind": _("Expected one of %(names)s.") % {"names": ", ".join(KINDS)}})
        return KINDS[name]

    @extend_schema(
        parameters=[
            _query("indicator", "service/indicator"),
            _query("kind", f"{', '.join(KINDS)}; without an indicator: states unless another is named"),
            *SPAN,
            _query("known_at", "As known at this time.", OpenApiTypes.DATETIME),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List facts, the latest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=DeliverySerializer,
        responses={202: ReceiptSerializer, 400: ReceiptSerializer},
        parameters=[
            OpenApiParameter(
                HEADER,
                location=OpenApiParameter.HEADER,
                description=f"A name of at most {KEY_MOST} characters: sent again, the delivery is answered as before.",
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Record a delivery of facts.

        Usable facts are recorded, unusable ones are named in `errors`; without any usable one the answer is 400. The
        same delivery again records nothing new.
        """
        return once(request, lambda: self._taken(request))

    def _taken(self, request: Request) -> Response:
        """Record a delivery and return the receipt; raises ValidationError, NotFound and Denied."""
        body = request.data if isinstance(request.data, dict) else {}
        indicator = indicator_asked(request, body.get("indicator"))
        require(request.user, *record_act(indicator, "facts_record"))
        items, origin = body.get("facts"), body.get("origin", "api")
        if not isinstance(items, list) or len(items) > ITEMS_MOST:
            raise ValidationError({"facts": _("Expected a list of at most %(count)d facts.") % {"count": ITEMS_MOST}})
        if not isinstance(origin, str) or not origin.isprintable() or not 1 <= len(origin) <= 80:
            raise ValidationError({"origin": _("Expected one line of at most 80 characters.")})
        rows, errors = items_read(items, indicator)
        receipt: dict[str, Any] = {"batch": None, "recorded": len(rows), "new": 0, "replaced": 0, "errors": errors}
        if rows:
            try:
                batch = facts_record(
                    indicator=indicator, rows=rows, origin=origin, actor=request.user, now=timezone.now()
                )  # fmt: skip
            except FactsRefused as refused:
                raise ValidationError({"facts": str(refused)}) from refused
            receipt |= {"batch": batch.pk, "new": batch.new, "replaced": batch.replaced}
        unusable = bool(items) and not rows
        return Response(receipt, status.HTTP_400_BAD_REQUEST if unusable else status.HTTP_202_ACCEPTED)


def indicator_asked(request: Request, name: object) -> Indicator:
    """Return the indicator that the request names as service/indicator; raise NotFound where it is not to be seen."""
    service, _separator, slug = name.partition("/") if isinstance(name, str) else ("", "", "")
    found = indicators_visible(request.user).filter(service__slug=service, slug=slug).first()
    if found is None or "\0" in str(name):
        raise NotFound(_("There is no such indicator; expected service/indicator."))
    return found


@extend_schema_view(
    list=extend_schema(
        parameters=[
            *OBJECTIVE,
            _query("service", "Short name of the service."),
            _query("verdict", "met, breached, indeterminate, no_data, on_track or at_risk"),
            _query("state", "provisional or closed"),
            *SPAN,
            KNOWN_ON,
        ]
    ),
    retrieve=extend_schema(parameters=[KNOWN_ON]),
)
class ResultViewSet(ReadOnlyModelViewSet[Any]):
    """Results: the current figure of each period of each objective."""

    serializer_class = ResultSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the visible results that were asked for, the latest period first."""
        rows = filtered(
            self.request,
            results_visible(self.request.user),
            agreement="objective__agreement__slug",
            objective="objective__name",
            service="objective__agreement__service__slug",
            verdict="verdict",
            state="state",
        )
        if since := moment_asked(self.request, "from"):
            rows = rows.filter(end__gt=since)
        if until := moment_asked(self.request, "to"):
            rows = rows.filter(start__lt=until)
        return result_rows(rows.order_by("-start", "objective_id"))  # type: ignore[return-value]

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """Return one page of results, as known on the moment that was asked about."""
        known_at = known_asked(self.request)
        if known_at is None:
            return super().paginate_queryset(queryset)
        shown = super().paginate_queryset(queryset.filter(start__lt=known_at))
        return None if shown is None else rows_known(shown, known_at)

    def get_object(self) -> Any:
        """Return one result, as known on the moment that was asked about; NotFound for a period yet to begin then."""
        found, known_at = super().get_object(), known_asked(self.request)
        if known_at is None:
            return found
        rows = rows_known([found], known_at)
        if not rows:
            raise NotFound(_("This period had not begun at that moment."))
        return rows[0]


@extend_schema_view(list=extend_schema(parameters=[*OBJECTIVE, _query("verdict", "The present verdict.")]))
class StatusViewSet(ListModelMixin, GenericViewSet[ObjectiveStatus]):
    """Statuses: where each objective stands now."""

    serializer_class = StatusSerializer
    queryset = ObjectiveStatus.objects.none()

    def get_queryset(self) -> QuerySet[ObjectiveStatus]:
        """Return the visible statuses that were asked for."""
        rows = statuses_visible(self.request.user).order_by("objective_id")
        names = {"agreement": "objective__agreement__slug", "objective": "objective__name", "verdict": "verdict"}
        return filtered(self.request, rows, **names)


@extend_schema_view(
    list=extend_schema(
        parameters=[*OBJECTIVE, _query("state", "open, acknowledged, explained, closed or withdrawn"), *SPAN]
    )
)
class BreachViewSet(ReadOnlyModelViewSet[Breach]):
    """Breaches: periods that missed their target, and what people made of them."""

    serializer_class = BreachSerializer
    queryset = Breach.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Breach]:
        """Return the visible breaches that were asked for, the latest opened first."""
        rows = breaches_visible(self.request.user).order_by("-opened_at", "-pk")
        names = {"agreement": "objective__agreement__slug", "objective": "objective__name", "state": "state"}
        rows = filtered(self.request, rows, **names)
        if since := moment_asked(self.request, "from"):
            rows = rows.filter(period_end__gt=since)
        if until := moment_asked(self.request, "to"):
            rows = rows.filter(period_start__lt=until)
        return rows
