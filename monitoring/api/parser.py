"""Reading deliveries: exact, and without a fault for whatever may come."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class TooLarge(APIException):
    """A delivery that is larger than the portal reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _l("The delivery is too large; send at most 5,000 facts at once.")
    default_code = "too_large"


class ExactParser(JSONParser):
    """JSON whose numbers with a point stay as they were written."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return what the body says; raises ParseError."""
        try:
            return json.loads(stream.read().decode("utf-8-sig"), parse_float=str, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            at = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "–"
            raise ParseError(_("The body is not JSON (line and column %(at)s).") % {"at": at}) from None


def _no_number(word: str) -> Any:
    raise ValueError(word)
