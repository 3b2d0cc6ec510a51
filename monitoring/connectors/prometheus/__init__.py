"""Prometheus and what speaks its query API: buckets computed by the server, never its raw samples.

Time is cut into steps that begin at multiples of the step. What a query says of a step is asked for the samples from
its first instant on and before its last, so that a step's answer never changes once late samples have had their time.
"""

from monitoring.connectors.prometheus.connector import PrometheusConnector

connector = PrometheusConnector()
