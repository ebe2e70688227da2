"""Text in other encodings than UTF-8.

A client may name another one in its Content-Type. Only the encodings that texts are written in are read: Python knows a few
more, which are compressions, escapes and machines of their own, and nothing that a stranger should be able to start.
"""

import re
from typing import Final

from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

_NAMED: Final = re.compile(rb";\s*charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,32})", re.IGNORECASE)
_UNICODE: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# Asked before Python is, which remembers every name that it was ever asked for.
_KNOWN: Final = re.compile(
    r"utf-?(16|32)(-?[bl]e)?|utf-8-sig|latin-?[1-9]|iso-?8859-\d{1,2}|(windows-|cp)125\d"
    r"|koi8-[ru]|shift[_-]jis|sjis|euc-(jp|kr)|gbk|gb2312|gb18030|big5"
)


def in_utf8(body: bytes, content_type: bytes) -> bytes | Refusal:
    r"""Return a text in UTF-8, from the encoding that its Content-Type names.

    Examples
    --------
    >>> in_utf8(b'["gr\xfc\xdfe"]', b"application/json; charset=latin-1").decode()
    '["grüße"]'
    >>> in_utf8(b"x", b"text/csv; charset=zlib").reason
    <TapReason.UNSUPPORTED_ENCODING: 'unsupported_encoding'>
    """
    named = _NAMED.search(content_type)
    if named is None:
        return body
    name = named[1].decode("ascii").lower()
    if name in _UNICODE:
        return body
    if not _KNOWN.fullmatch(name):
        return Refusal(TapReason.UNSUPPORTED_ENCODING, name)
    try:
        return body.decode(name).encode()
    except (UnicodeError, LookupError):
        return Refusal(TapReason.BAD_ENCODING, f"no text in {name}")
