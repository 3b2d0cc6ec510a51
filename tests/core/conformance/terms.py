"""Small agreements for the adapters."""

from slmo.core.terms import agreement_parse


def document(zone="UTC", calendars=None, exclusions=(), **terms):
    objective = {"name": "one", "indicator": "availability", "target": ">= 99.9%", "period": "month"} | terms
    return {
        "apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "vector"},
        "spec": {"timezone": zone, "effective": {"from": "1990-01-01"}, "calendars": calendars or {},
                 "exclusions": list(exclusions), "objectives": [objective]},
    }  # fmt: skip


def agreement(**terms):
    return agreement_parse([document(**terms)])
