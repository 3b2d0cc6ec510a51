"""The parts of a draft as the editor lists them: calendars with their week, the rest as sentences."""

from typing import Any

from agreements.models import Version
from agreements.reading.conditions import conditions_said
from agreements.reading.sentences import exclusion_sentence
from agreements.reading.timetable import timetable_draw, weekly_text
from agreements.services.document_parts import calendar_users
from slmo.core.terms import agreement_parse


def parts_of(version: Version) -> dict[str, Any]:
    """Return the calendars, exclusions, conditions and clauses of a draft for its editor."""
    terms = agreement_parse([version.document]).versions[0]
    calendars = [
        {
            "name": name,
            "weekly": weekly_text(calendar),
            "picture": timetable_draw(calendar),
            "dates": len(calendar.exceptions),
            "users": calendar_users(version.document, name),
        }
        for name, calendar in terms.calendars.items()
    ]
    zone = version.agreement.timezone
    return {
        "calendars": calendars,
        "exclusions": [exclusion_sentence(one, zone) for one in terms.exclusions],
        "conditions": [(label, text) for _key, label, text in conditions_said(terms.conditions)],
        "clauses": terms.conditions.clauses,
    }
