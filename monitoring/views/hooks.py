"""Where other systems post to: not a page, and no log-in; a key says who it is."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from monitoring.connectors import CONNECTORS
from monitoring.models import Source
from monitoring.services.webhook import BODY_MOST, webhook_take
from monitoring.webhooks.reading import Message


@csrf_exempt
def hook(request: HttpRequest, slug: str) -> JsonResponse:
    """Take a message for a webhook; answers are JSON, in English."""
    with override("en"):
        if request.method != "POST":
            return _answer(405, _("Expected POST."))
        found = Source.objects.select_related("indicator__service__organisation").filter(slug=slug).first()
        if found is None or found.kind not in CONNECTORS or CONNECTORS[found.kind].asked:
            return _answer(404, _("There is no such webhook."))
        if not found.enabled:
            return _answer(410, _("This webhook is out of use."))
        body = request.read(BODY_MOST + 1)  # one more than is taken, so that a longer one is noticed
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = webhook_take(source=found, message=Message(headers, body), now=timezone.now())
        return JsonResponse(answer.body, status=answer.status)


def _answer(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
