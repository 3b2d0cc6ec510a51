"""Where browsers report what the Content-Security-Policy stopped."""

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = logging.getLogger("slmo.csp")
LONGEST = 8_192
SHOWN = ("document-uri", "effective-directive", "violated-directive", "blocked-uri", "source-file", "line-number")


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log one report; whatever else arrives is refused without a word about why."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=413)
    try:
        report = json.loads(request.body[:LONGEST])["csp-report"]
        shown = {name: str(report[name])[:200] for name in SHOWN if name in report}
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    log.warning("Content-Security-Policy stopped something: %s", shown)
    return HttpResponse(status=204)
