"""The header Idempotency-Key: a delivery that is sent again under its key is answered as before, and not taken again.

A key belongs to a person. One that came with another body is refused with 422; a delivery that failed leaves its key
free. Two at once wait for each other. Facts are recorded once without a key as well; with one the receipt is the same.
"""

import hashlib
from collections.abc import Callable
from typing import cast

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.parser import TooLarge
from monitoring.models import PushDelivery
from slmo.accounts.models import User

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEY_MOST = 200


class KeyTaken(APIException):
    """A key under which another delivery was sent."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _l("Another delivery was sent under this Idempotency-Key; choose a new key for a new delivery.")
    default_code = "key_taken"


def once(request: Request, take: Callable[[], Response]) -> Response:
    """Return the answer of `take`, or the first answer where the request's key was sent before.

    Raises TooLarge, ValidationError for what is no key, KeyTaken for one of another delivery.
    """
    body = body_read(request)
    key = request.headers.get(HEADER)
    if key is None:
        return take()
    if not (key.isascii() and key.isprintable() and 1 <= len(key.strip()) <= KEY_MOST):
        raise ValidationError({HEADER: _("Expected 1 to %(count)d printable characters.") % {"count": KEY_MOST}})
    row = PushDelivery(
        user=cast(User, request.user), name=key.strip(), received_at=timezone.now(), status=202, form="api",
        size=len(body), sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()  # holds the key: a second request waits here
            answer = take()
            if answer.status_code >= 300:
                transaction.set_rollback(True)
                return answer
            row.status, row.answer = answer.status_code, dict(answer.data)
            row.save(update_fields=["status", "answer"])
            return answer
    except IntegrityError:
        return _again(row)


def _again(row: PushDelivery) -> Response:
    """Return the first answer to a delivery; raises KeyTaken where another one has the key."""
    first = PushDelivery.objects.filter(user=row.user, name=row.name).first()
    if first is None or first.sha256 != row.sha256:
        raise KeyTaken
    return Response(first.answer, first.status, headers={REPLAYED: "true"})


def body_read(request: Request) -> bytes:
    """Return the body; raises TooLarge where it is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""
    try:
        return bytes(request.body)
    except RequestDataTooBig:
        raise TooLarge from None
