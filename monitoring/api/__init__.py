"""The HTTP API of monitoring."""

from monitoring.api.disruptions import DisruptionViewSet
from monitoring.api.measurements import DifferenceViewSet
from monitoring.api.views import BreachViewSet, FactViewSet, ResultViewSet, StatusViewSet

__all__ = ["router_entries"]

router_entries = [
    ("facts", FactViewSet, "fact"),
    ("results", ResultViewSet, "result"),
    ("statuses", StatusViewSet, "status"),
    ("breaches", BreachViewSet, "breach"),
    ("differences", DifferenceViewSet, "difference"),
    ("disruptions", DisruptionViewSet, "disruption"),
]
