"""Many objectives judged from their facts in one go: streamed out of the database into the engine's arrays."""

from monitoring.batch.check import results_differing
from monitoring.batch.compute import Answer, verdicts_compute

__all__ = ["Answer", "results_differing", "verdicts_compute"]
