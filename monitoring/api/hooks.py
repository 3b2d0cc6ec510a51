"""What the API's document says of webhooks: no log-in, but a signature or a key; answers in English."""

from typing import Any

PATH = "/hooks/{slug}/"
ANSWERS = {
    "202": ("Taken: what was recorded, and what of it was unusable.", "WebhookReceipt"),
    "400": ("Nothing was usable, or the body is not what this webhook takes.", "WebhookReceipt"),
    "401": ("The signature or the key does not fit, or the time stamp is too old.", "WebhookRefusal"),
    "404": ("There is no such webhook.", "WebhookRefusal"),
    "405": ("Not a POST.", "WebhookRefusal"),
    "409": ("This very message was taken already.", "WebhookRefusal"),
    "410": ("The webhook is out of use.", "WebhookRefusal"),
    "413": ("The body is larger than 1 MB.", "WebhookRefusal"),
    "503": ("The database does not answer: send the same message again.", "WebhookAbsence"),
}
NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
PROBLEM = {"type": "object", "properties": {"index": {**NUMBER, "nullable": True}, "field": TEXT, "message": TEXT}}
PROBLEMS = {"type": "array", "items": PROBLEM}
SCHEMAS = {
    "WebhookReceipt": {
        "type": "object",
        "properties": {
            "recorded": NUMBER, "new": NUMBER, "replaced": NUMBER, "ignored": NUMBER, "again": {"type": "boolean"},
            "error": TEXT, "errors": PROBLEMS,
        },
    },
    "WebhookRefusal": {"type": "object", "properties": {"error": TEXT}, "required": ["error"]},
    "WebhookAbsence": {"type": "object", "properties": {"detail": TEXT}, "required": ["detail"]},
}  # fmt: skip
HEADERS = {
    "webhook-id": "Name of the message: the same again is one message.",
    "webhook-timestamp": "Seconds since 1970 at which it was signed; at most five minutes old.",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64 (Standard Webhooks).",
}
# Who cannot sign sends the key itself, where the source is set up so.
SECURITY = {
    "webhookSignature": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
    "webhookKey": {"type": "http", "scheme": "bearer"},
    "webhookPassword": {"type": "http", "scheme": "basic"},
}


def hooks_describe(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the address of webhooks to the document (SPECTACULAR_SETTINGS, POSTPROCESSING_HOOKS)."""
    result["paths"][PATH] = {"post": _post()}
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(SCHEMAS)
    components.setdefault("securitySchemes", {}).update(SECURITY)
    return result


def _post() -> dict[str, Any]:
    """Return the description of a message."""
    slug = {"name": "slug", "in": "path", "required": True, "schema": TEXT, "description": "Short name of the source."}
    headers = [{"name": name, "in": "header", "schema": TEXT, "description": said} for name, said in HEADERS.items()]
    body = {"schema": {}, "example": {"facts": [{"start": "2026-03-01T09:00:00Z", "state": "down"}]}}
    kinds = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")
    return {
        "operationId": "hooks_create",
        "summary": "Take a message of another system.",
        "description": (
            "Facts as JSON, CloudEvents, or the webhook of an Alertmanager; signed as Standard Webhooks ask, or with"
            " the key as Bearer or as a password where the source is set up so. Answers are in English."
        ),
        "tags": ["hooks"],
        "security": [{name: []} for name in SECURITY],
        "parameters": [slug, *headers],
        "requestBody": {"required": True, "content": dict.fromkeys(kinds, body)},
        "responses": {
            status: {
                "description": said,
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            }
            for status, (said, schema) in ANSWERS.items()
        },
    }
