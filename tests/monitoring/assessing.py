"""What tests of assessment do again and again: deliver facts, assess, read the verdicts, close a result."""

from monitoring.models import PeriodResult
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from tests.monitoring.make import NOW


def deliver(indicator, *rows, now=NOW):
    return facts_record(indicator=indicator, rows=rows, origin="file", now=now)


def assess(objective, now=NOW):
    return objective_assess(objective_id=objective.pk, now=now)


def verdicts(objective):
    results = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    return {f"{result.start:%Y-%m}": result.verdict for result in results}


def close(result):
    """Freeze a result as the publication of a report does."""
    result.state, result.closed_at = "closed", NOW
    result.save()
