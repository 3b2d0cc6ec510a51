"""What the page of a source shows that sends by itself: its address, its keys, and its last messages."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from monitoring.kinds import kind_of
from monitoring.models import PushDelivery, Source
from monitoring.services.webhook_keys import FORMER, KEY, push_of

SHOWN = 12
STANDS_FOR_KEY = "whsec_…"


def push_shown(source: Source, now: datetime) -> dict[str, Any]:
    """Return what the source's page shows of its messages."""
    of_day = source.deliveries.filter(received_at__gt=now - timedelta(days=1)).values_list("status", flat=True)
    statuses = list(of_day)
    return {
        "url": hook_url(source),
        "has_key": KEY in source.secrets,
        "has_former": FORMER in source.secrets,
        "example": example_of(source, STANDS_FOR_KEY),
        "messages": [_message(one) for one in source.deliveries.all()[:SHOWN]],
        "taken": sum(status < 300 for status in statuses),
        "refused": sum(status >= 300 for status in statuses),
    }


def hook_url(source: Source) -> str:
    """Return the address that is posted to."""
    return f"{settings.SITE_URL}{reverse('hook', args=[source.slug])}"


def example_of(source: Source, key: str) -> str:
    """Return how a first message is sent, with one fact of the indicator's kind."""
    return push_of(source).example(source.config, hook_url(source), key, fact_example(source))


def fact_example(source: Source) -> str:
    """Return one fact as the JSON of a message."""
    row = next(csv.DictReader(io.StringIO(kind_of(source.indicator).sample)))
    return json.dumps({name: text for name, text in row.items() if text and name != "scope"})


def _message(delivery: PushDelivery) -> dict[str, Any]:
    """Return one message as a row of the page."""
    answer = delivery.answer
    errors = answer.get("errors") or []
    state = "refused" if delivery.status >= 300 else "taken_partly" if errors else "taken"
    more = max(0, len(errors) - 1)
    return {"row": delivery, "state": state, "new": answer.get("new"), "said": delivery.error_told, "more": more}
