"""What came back, and reading it: decompressed within a limit, whole, in the right characters, as exact JSON."""

import json
import zlib
from collections.abc import Callable
from decimal import Decimal
from email.message import Message
from http.client import HTTPResponse
from typing import Any, NamedTuple, NoReturn

from monitoring.connectors.errors import ConnectorError, garbled
from monitoring.connectors.outbound.limits import Limits
from monitoring.sentence import gettext as _

CHUNK = 64 * 1024
SHOWN_MOST = 80
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class Answer(NamedTuple):
    """The status, the head and the body; `url` is where it came from in the end, `took` the seconds since asked.

    `measured` tells that the answer said where its body ends, so that a body that was cut off is known to be.
    """

    status: int
    body: bytes
    headers: Message
    url: str = ""
    took: float = 0.0
    measured: bool = True

    def text(self) -> str:
        """Return the body in the characters that the answer names, else UTF-8; raises ConnectorError."""
        charset = self.headers.get_content_charset() or "utf-8"
        try:
            return self.body.decode("utf-8-sig" if charset.lower() in ("utf-8", "utf8") else charset)
        except LookupError:
            raise ConnectorError(_("The answer names an unknown character set.")) from None
        except UnicodeError as error:
            at = getattr(error, "start", 0)
            raise ConnectorError(
                _("The answer is not text in %(charset)s (byte %(at)d).") % {"charset": charset[:SHOWN_MOST], "at": at}
            ) from None

    def json(self) -> Any:
        """Return the body as JSON, numbers with a point as exact decimals; raises ConnectorError."""
        try:
            text = self.body.decode("utf-8-sig")
        except UnicodeError:
            raise ConnectorError(_("The answer is not JSON: its characters are not UTF-8.")) from None
        return json_read(text)


def json_read(text: str) -> Any:
    """Return what a JSON text says, numbers with a point as exact decimals; raises ConnectorError.

    NaN and Infinity are no JSON, and no number that could be judged.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        shown = text.strip()[:SHOWN_MOST].split("\n", 1)[0]
        values = {"line": error.lineno, "column": error.colno, "begins": shown}
        raise ConnectorError(
            _("The answer is not JSON (line %(line)d, column %(column)d); it begins with “%(begins)s”.") % values
        ) from None
    except (ValueError, ArithmeticError):  # a number of thousands of digits, or NaN
        raise ConnectorError(_("The answer holds a number that cannot be used, such as NaN.")) from None
    except RecursionError:
        raise ConnectorError(_("The answer is nested more deeply than any real one.")) from None


def body_read(response: HTTPResponse, limits: Limits) -> bytes:
    """Return an answer's body, decompressed; raises ConnectorError for one that is too long, cut off or garbled."""
    unpacked = _unpacker(response.headers.get("Content-Encoding", ""))
    found, size = [], 0
    while size <= limits.body:
        chunk = response.read(CHUNK)
        found.append(unpacked(chunk, limits.body + 1 - size))
        size += len(found[-1])
        if not chunk:
            if response.length:
                raise garbled(_("The answer was cut off before its end."))
            return b"".join(found)
    if limits.cut:
        return b"".join(found)[: limits.body]
    raise ConnectorError(_("The answer is larger than %(size)d bytes.") % {"size": limits.body})


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return what turns pieces of a body into plain bytes, never many more than it is told; raises ConnectorError."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda chunk, most: chunk
    if encoding not in ("gzip", "x-gzip", "deflate"):
        shown = {"encoding": encoding[:SHOWN_MOST]}
        raise garbled(_("The answer is compressed in a way that was not asked for: “%(encoding)s”.") % shown)
    machine = zlib.decompressobj(_GZIP_OR_ZLIB)
    return lambda chunk, most: _unpacked(machine, chunk, most)


def _unpacked(machine: Any, chunk: bytes, most: int) -> bytes:
    try:
        found: bytes = machine.decompress(machine.unconsumed_tail + chunk, most)
    except zlib.error:
        raise garbled(_("The answer’s compression is damaged.")) from None
    if not chunk and not machine.eof and not machine.unconsumed_tail:
        raise garbled(_("The answer was cut off before its end."))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
