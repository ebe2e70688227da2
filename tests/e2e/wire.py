"""Raw conversations: bytes to a server, and the bytes that come back until it has said all."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE_SECONDS = 30.0
BIG = b"0123456789abcdef" * 65536


@dataclass(frozen=True)
class Talk:
    """One conversation.

    Parameters
    ----------
    name
        What it is an example of.
    parts
        What is sent, piece by piece; before each further piece something has to come back.
    """

    name: str
    parts: Sequence[bytes]


def conversation(at: tuple[str, int], talk: Talk) -> bytes:
    """Hold a conversation, end our half of it, and return everything that came back."""
    with socket.create_connection(at, PATIENCE_SECONDS) as line:
        back = b""
        for number, part in enumerate(talk.parts):
            if number:
                back += line.recv(1 << 16)
            line.sendall(part)
        line.shutdown(socket.SHUT_WR)
        while data := line.recv(1 << 16):
            back += data
    return back


def request(head: str, body: bytes = b"") -> bytes:
    """Return a request as bytes."""
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


TALKS = (
    Talk(
        "odd header case and order",
        [request("GET /Odd?q=%41+b HTTP/1.1\nhOST: model\nX-Twice: 1\nx-twice:2\nX-Empty:\nAccept:  */*")],
    ),
    Talk("a body", [request("POST /echo HTTP/1.1\nHost: model\nContent-Length: 5", b"a\0b\r\n")]),
    Talk("a large body", [request(f"PUT /echo HTTP/1.1\nHost: model\nContent-Length: {len(BIG)}", BIG)]),
    Talk(
        "chunks with extensions, and trailers",
        [
            request(
                "POST /echo HTTP/1.1\nHost: model\nTransfer-Encoding: chunked",
                b"3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n",
            )
        ],
    ),
    Talk("a chunked answer with trailers", [request(f"POST /chunked HTTP/1.1\nHost: model\nContent-Length: {len(BIG)}", BIG)]),
    Talk("two requests at once", [request("GET /one HTTP/1.1\nHost: m") + request("GET /two HTTP/1.1\nHost: m")]),
    Talk("100-continue", [request("POST /echo HTTP/1.1\nHost: m\nExpect: 100-continue\nContent-Length: 3"), b"abc"]),
    Talk("HTTP/1.0", [request("GET /old HTTP/1.0")]),
    Talk(
        "an upgrade", [request("GET /chat HTTP/1.1\nHost: m\nConnection: Upgrade\nUpgrade: raw"), b"\x81\x05hello", b"\x88\0"]
    ),
    Talk("bytes that are no HTTP", [b"\x16\x03\x01\x02\0\x01\0", bytes(range(256)) * 64]),
    Talk("HTTP/2", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"\0\0\0\4\1\0\0\0\0"]),
)
