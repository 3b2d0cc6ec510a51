"""What the HTTP API shows of monitoring."""

from typing import Any

from rest_framework import serializers

from monitoring.kinds import kind_of_model
from monitoring.models import Breach, Fact, FactState, ObjectiveStatus

STATE_NAMES = [state.name.lower() for state in FactState]


class FactInSerializer(serializers.Serializer[Any]):
    """One fact of the indicator's kind, with the columns of its file (docs/formats.md).

    States: `at` and `state` for a change, or `start`, `end` and `state`. Buckets: `start`, `end`, `good`, `total`.
    Samples: `at`, `value`. Tasks: `id`, `opened`, `responded`, `resolved`, `priority`, `pauses`. Statements: `start`,
    `end`, `met`, `by`, `evidence`.
    """

    at = serializers.CharField(required=False, help_text="A state holds from here until the stream's next change.")
    start = serializers.CharField(required=False)
    end = serializers.CharField(required=False, allow_null=True, help_text="Left out while a state lasts.")
    state = serializers.ChoiceField(STATE_NAMES, required=False)
    good = serializers.CharField(required=False, help_text="A number, or text where it must stay exact.")
    total = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    id = serializers.CharField(required=False, help_text="The task; sent again, it takes the earlier one's place.")
    opened = serializers.CharField(required=False)
    responded = serializers.CharField(required=False, allow_null=True)
    resolved = serializers.CharField(required=False, allow_null=True)
    priority = serializers.CharField(required=False, help_text="P2, or P3;P1@2026-03-02T10:00:00Z")
    pauses = serializers.CharField(required=False, help_text="start/end, joined by ;")
    met = serializers.ChoiceField(["yes", "no"], required=False)
    by = serializers.CharField(required=False)
    evidence = serializers.CharField(required=False)
    scope = serializers.CharField(required=False, default="")
    key = serializers.CharField(required=False, help_text="Identity within the origin; else start and scope.")
    reference = serializers.CharField(required=False, default="", help_text="The incident, for people to look up.")


class DeliverySerializer(serializers.Serializer[Any]):
    """A delivery of at most 5,000 facts for one indicator."""

    indicator = serializers.CharField(help_text="service/indicator, such as payments/availability")
    origin = serializers.CharField(required=False, default="api", help_text="The stream that the facts belong to.")
    facts = FactInSerializer(many=True)


class ItemErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one fact, which was not recorded."""

    index = serializers.IntegerField()
    field = serializers.CharField()
    message = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of a delivery: facts that said something new, earlier ones replaced, and those refused."""

    batch = serializers.IntegerField(allow_null=True)
    recorded = serializers.IntegerField()
    new = serializers.IntegerField()
    replaced = serializers.IntegerField()
    errors = ItemErrorSerializer(many=True)  # type: ignore[assignment]  # the field's name in the answer


class FactSerializer(serializers.ModelSerializer[Fact]):
    """One recorded fact; of another kind than states it has the columns of that kind instead of `state`."""

    indicator = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = Fact
        fields = (
            "id", "indicator", "start", "end", "state", "scope", "origin", "key", "reference", "override",
            "recorded_at", "superseded_at",
        )  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return a fact of any kind with the names that its file has."""
        if isinstance(instance, Fact):
            return super().to_representation(instance)
        kind = kind_of_model(type(instance))
        common = ("scope", "origin", "key", "reference", "override")
        times = {name: getattr(instance, name) for name in dict.fromkeys((kind.first, kind.last))}
        return {
            "id": instance.pk,
            "indicator": self.get_indicator(instance),
            **times,
            **{("task" if name == "id" else name): text for name, text in kind.shown(instance).items()},
            **{name: getattr(instance, name) for name in (*common, "recorded_at", "superseded_at")},
        }

    def get_indicator(self, fact: Any) -> str:
        """Return the indicator as service/indicator."""
        return f"{fact.indicator.service.slug}/{fact.indicator.slug}"

    def get_state(self, fact: Fact) -> str:
        """Return the state's name."""
        return FactState(fact.state).name.lower()


class ResultSerializer(serializers.Serializer[Any]):
    """The figures of one objective in one period; shares are decimal text cut to nine places."""

    id = serializers.IntegerField()
    agreement = serializers.CharField()
    objective = serializers.CharField(source="objective_name")
    service = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    verdict = serializers.CharField()
    target = serializers.CharField()
    achieved = serializers.CharField()
    value = serializers.CharField(help_text="Where the figure is no share: cut at nine places, flattering nobody.")
    lower = serializers.CharField()
    upper = serializers.CharField()
    unadjusted = serializers.CharField()
    good = serializers.DecimalField(20, 6)
    total = serializers.DecimalField(20, 6)
    budget_allowed = serializers.DecimalField(20, 6, allow_null=True)
    budget_consumed = serializers.DecimalField(20, 6, allow_null=True)
    credit_percent = serializers.DecimalField(7, 3, allow_null=True)
    credit_amount = serializers.DecimalField(16, 2, allow_null=True)
    outages = serializers.IntegerField()
    longest_outage = serializers.IntegerField()
    state = serializers.CharField()
    revision = serializers.IntegerField()
    assessed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class StatusSerializer(serializers.ModelSerializer[ObjectiveStatus]):
    """Where one objective stands now."""

    agreement = serializers.CharField(source="objective.agreement.slug")
    objective = serializers.CharField(source="objective.name")
    now_state = serializers.SerializerMethodField()

    class Meta:
        model = ObjectiveStatus
        fields = ("agreement", "objective", "verdict", "since", "now_state", "result", "exhausted_at", "assessed_at")

    def get_now_state(self, status: ObjectiveStatus) -> str | None:
        """Return the present state's name, null where none is known to apply."""
        return None if status.now_state is None else FactState(status.now_state).name.lower()


class BreachSerializer(serializers.ModelSerializer[Breach]):
    """One breach and how far it has been carried."""

    agreement = serializers.CharField(source="objective.agreement.slug")
    objective = serializers.CharField(source="objective.name")
    owner = serializers.CharField(source="owner.name", default=None, allow_null=True)

    class Meta:
        model = Breach
        fields = (
            "id", "agreement", "objective", "period_start", "period_end", "result", "state", "breached_at", "opened_at",
            "historic", "owner", "acknowledged_at", "cause", "explanation", "explained_at", "outcome", "closed_at",
        )  # fmt: skip
