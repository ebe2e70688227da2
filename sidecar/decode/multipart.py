"""``multipart/form-data``: fields of a row, each in a part of its own, or a part that is a document, as TorchServe takes it.

A part that names a file or a type of its own is a document. The first of them that can be read is the request.
"""

import re
from typing import Final, NamedTuple

from sidecar.decode.fields import table
from sidecar.decode.model import Decoded, Payload
from sidecar.decode.registry import By, decode_inner, register
from sidecar.exchange.model import Headers, Refusal
from sidecar.reasons import TapReason

MAX_PARTS: Final = 256
MAX_PART_HEAD: Final = 8192
_BOUNDARY: Final = re.compile(rb";\s*boundary=(?:\"([^\"]{1,256})\"|([^\s;\"]{1,256}))", re.IGNORECASE)
_NAME: Final = re.compile(rb";\s*name=(?:\"([^\"]{0,256})\"|([^\s;\"]{1,256}))", re.IGNORECASE)
_FILE: Final = re.compile(rb";\s*filename\*?=", re.IGNORECASE)


class Part(NamedTuple):
    """One part of the body."""

    name: str
    headers: Headers
    body: bytes

    @property
    def is_document(self) -> bool:
        """Whether the part is more than the text of a field."""
        kind = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return _FILE.search(self.headers.get(b"content-disposition", b"")) is not None or kind not in (b"", b"text/plain")


@register("multipart", By.HEADERS)
def multipart(payload: Payload) -> Decoded | Refusal | None:
    """Read the parts."""
    if not payload.content_type.startswith("multipart/"):
        return None
    found = _BOUNDARY.search(payload.headers.get(b"content-type", b""))
    if found is None:
        return Refusal(TapReason.BAD_ENVELOPE, "no boundary")
    parts = _parts(payload.body, found[1] or found[2])
    if isinstance(parts, Refusal):
        return parts
    documents = [part for part in parts if part.is_document or (len(parts) == 1 and part.body.lstrip()[:1] in (b"{", b"["))]
    if documents:
        return _first_readable(documents, payload)
    return payload.decoded(table([(part.name, part.body.decode("utf-8", "replace")) for part in parts]), "multipart")


def _first_readable(parts: list[Part], payload: Payload) -> Decoded | Refusal:
    """Return the rows of the first part that has some, else why the first has none."""
    results = []
    for part in parts:
        found = decode_inner(payload.part(part.body, part.headers))
        if isinstance(found, Decoded):
            return found._replace(format="multipart")
        results.append(found)
    return results[0]


def _parts(body: bytes, boundary: bytes) -> list[Part] | Refusal:
    r"""Cut a body at its boundary.

    >>> _parts(b'--b\r\nContent-Disposition: form-data; name="age"\r\n\r\n35\r\n--b--\r\n', b"b")[0][::2]
    ('age', b'35')
    """
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MAX_PARTS + 1)
    if len(pieces) > MAX_PARTS or len(pieces) < 3:
        return Refusal(TapReason.BAD_ENVELOPE, "not one part, or too many")
    parts: list[Part] = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return parts or Refusal(TapReason.EMPTY, "no parts")
        part = _part(piece)
        if part is None:
            return Refusal(TapReason.BAD_ENVELOPE, "a part without a name")
        parts.append(part)
    return Refusal(TapReason.BAD_ENVELOPE, "no last boundary")


def _part(piece: bytes) -> Part | None:
    head, empty, body = piece.partition(b"\r\n\r\n")
    if not empty or len(head) > MAX_PART_HEAD:
        return None
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    headers = {name.strip().lower(): value.strip() for name, colon, value in lines if colon}
    found = _NAME.search(headers.get(b"content-disposition", b""))
    return None if found is None else Part((found[1] or found[2] or b"").decode("utf-8", "replace"), headers, body)
