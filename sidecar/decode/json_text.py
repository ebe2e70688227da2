"""JSON as clients really send it, within bounds.

The fast parser reads what the standard allows, and that is nearly everything. What it refuses gets a second reading by the
patient one, because some real payloads are not quite JSON and the model accepts them all the same: ``NaN`` and ``Infinity``,
numbers beyond double precision, a byte order mark, half a surrogate pair where a client cut a text in two.

Small text can become large objects (``{},`` is three bytes and makes a dictionary), so documents with more than
`MAX_CONTAINERS` objects and lists are not read.
"""

import json
import re
from typing import Final

import orjson

from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_CONTAINERS: Final = 250_000

_MOST_DIGITS, _BEYOND = 20, 2**64
_MARK = b"\xef\xbb\xbf"
_SURROGATES = re.compile(r"(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2}", re.IGNORECASE)
_TOO_DEEP = Refusal(TapReason.TOO_DEEP)


def json_document(body: bytes) -> object:
    """Parse a JSON text; what is none gives a `Refusal`.

    Examples
    --------
    >>> json_document(b'{"age": NaN}'), json_document(b'{"age": ')
    ({'age': nan}, Refusal(reason=<TapReason.NOT_JSON: 'not_json'>, detail='unexpected end of data'))
    """
    if len(body) > MAX_CONTAINERS and body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
        return Refusal(TapReason.BODY_TOO_LARGE, f"more than {MAX_CONTAINERS} JSON objects and lists")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _TOO_DEEP if "depth" in error.msg else _patient(body, error.msg)


def _patient(body: bytes, fault: str) -> object:
    """Read a document again that the fast parser refused for `fault`."""
    try:
        text = body.removeprefix(_MARK).decode()
        if "\\u" in text:
            text = _SURROGATES.sub(_replaced, text)
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return Refusal(TapReason.NOT_JSON, fault)


def _replaced(found: re.Match[str]) -> str:
    """Keep a pair of surrogates; put the replacement character in the place of half of one, which no encoding can write."""
    return found[1] or "\\ufffd"


def _whole(digits: str) -> int | float:
    """Read a whole number as the fast parser does: exactly within 64 bits, else as the nearest double."""
    exact = int(digits) if len(digits) <= _MOST_DIGITS else _BEYOND
    return exact if -(2**63) <= exact < _BEYOND else float(digits)
