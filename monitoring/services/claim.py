"""The lock on an objective's status: taken with all that an assessment reads of the objective itself."""

from typing import Any

from django.db.models import Model

from agreements.models import Agreement, Indicator, Objective
from monitoring.models import ObjectiveStatus
from monitoring.prepared import carry_out, row_fetch
from monitoring.stored import attributes, columns, instance

# `basis` is the database's digest of what an objective reads, as `monitoring.services.assessment.basis` writes it.
_LOCK = f"""
SELECT {columns(ObjectiveStatus, "status")}, {columns(Objective, "objective")}, {columns(Agreement, "agreement")},
    {columns(Indicator, "indicator")},
    md5(ROW(objective.indicator_id, indicator.gaps_up, indicator.recorded_from, indicator.recorded_until)::text
        || CASE WHEN second.id IS NULL THEN ''
            ELSE ROW(second.id, second.gaps_up, second.recorded_from, second.recorded_until)::text END)
FROM monitoring_objectivestatus AS status
JOIN agreements_objective AS objective ON objective.id = status.objective_id
JOIN agreements_agreement AS agreement ON agreement.id = objective.agreement_id
LEFT JOIN agreements_indicator AS indicator ON indicator.id = objective.indicator_id
LEFT JOIN agreements_indicator AS second ON second.id = objective.customer_indicator_id
WHERE status.objective_id = %(objective)s
FOR UPDATE OF status SKIP LOCKED
"""
_MAKE = """
INSERT INTO monitoring_objectivestatus (objective_id, verdict, terms_digest, basis, error, facts_seen)
SELECT objective.id, 'no_data', '', '', '', 0 FROM agreements_objective AS objective
JOIN agreements_agreement AS agreement ON agreement.id = agreement_id
WHERE objective.id = %(objective)s AND agreement.terms_digest <> ''
ON CONFLICT (objective_id) DO NOTHING
"""
_WRITTEN = [name for name in attributes(ObjectiveStatus) if name != "objective_id"]
_WRITE = f"""
UPDATE monitoring_objectivestatus SET {", ".join(f"{name} = %({name})s" for name in _WRITTEN)}
WHERE objective_id = %(objective_id)s
"""


def status_lock(objective_id: int) -> ObjectiveStatus | None:
    """Return an objective's status, made where it lacks, locked for this transaction; None where others hold it."""
    found = row_fetch(_LOCK, objective=objective_id)
    if found is None:
        carry_out(_MAKE, objective=objective_id)
        found = row_fetch(_LOCK, objective=objective_id)
    return None if found is None else _status(found)


def status_write(status: ObjectiveStatus) -> None:
    """Write a status whose row is locked."""
    carry_out(_WRITE, **{name: getattr(status, name) for name in attributes(ObjectiveStatus)})


def basis_now(status: ObjectiveStatus) -> str:
    """Return the digest of what the objective reads at present, as the lock on its status found it."""
    return str(vars(status)["basis_now"])


def _status(row: tuple[Any, ...]) -> ObjectiveStatus:
    """Return the status with its objective, and that one's agreement and indicator."""
    parts: list[Any] = []
    at = 0
    models: tuple[type[Model], ...] = (ObjectiveStatus, Objective, Agreement, Indicator)
    for model in models:
        width = len(attributes(model))
        parts.append(row[at : at + width])
        at += width
    status, objective = instance(ObjectiveStatus, parts[0]), instance(Objective, parts[1])
    objective.agreement = instance(Agreement, parts[2])
    objective.indicator = None if parts[3][0] is None else instance(Indicator, parts[3])
    status.objective = objective
    vars(status)["basis_now"] = row[-1]
    return status
