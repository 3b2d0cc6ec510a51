"""What all probes have in common: they look now, and what they see holds for the interval in which they looked."""

from monitoring.connectors.probing.forms import ProbeForm
from monitoring.connectors.probing.observed import OBSERVED, Observed
from monitoring.connectors.probing.probe import Probe, Seen, in_time

__all__ = ["OBSERVED", "Observed", "Probe", "ProbeForm", "Seen", "in_time"]
