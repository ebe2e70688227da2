"""A model server for the cluster, which tells what it received byte for byte, on nothing but the Python of the image.

It behaves as model servers do where that matters to a sidecar: keep-alive, pipelining, chunked bodies both ways, 100-continue,
a listener that closes on SIGTERM while open exchanges are finished. And it shows what no model server would: ``/predict``
answers with the digest of the request as it came off the wire, every other path with the very bytes of it, so that whoever
asks can compare. What does not begin like HTTP is sent back as it comes, until its sender has no more.
"""

import asyncio
import hashlib
import json
import os
import re
import signal
import sys

METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
CHUNK = 1 << 16
# Header names and their order as no library would write them.
HEAD = b"HTTP/1.1 200 Quite Fine\r\nX-MoDeL: e2e\r\nx-model: twice\r\nCONTENT-type:application/octet-stream\r\n"


class Connections:
    """The open connections, and which of them are in the middle of an exchange."""

    def __init__(self) -> None:
        self.busy: set[asyncio.Task[None]] = set()
        self.idle: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.leaving = False

    async def leave(self) -> None:
        """End the idle connections, and wait for the rest."""
        self.leaving = True
        for writer in self.idle.values():
            writer.close()
        if self.busy:
            await asyncio.wait(self.busy, timeout=20)


async def body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Return the body that belongs to `head`, as it came."""
    if length := LENGTH.search(head):
        return await reader.readexactly(int(length[1]))
    if not CHUNKED.search(head):
        return b""
    taken = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        taken += line
        size = int(line.split(b";")[0], 16)
        if not size:
            break
        taken += await reader.readexactly(size + 2)
    while line != b"\r\n":
        line = await reader.readuntil(b"\r\n")
        taken += line
    return taken


def prediction(request: bytes) -> bytes:
    """Return the answer to a question for a prediction: with it, who answers and the digest of what was asked."""
    answer = {"prediction": 0.5, "pod": os.environ.get("HOSTNAME", ""), "seen": hashlib.sha256(request).hexdigest()}
    text = json.dumps(answer).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)


def chunked(request: bytes) -> bytes:
    """Return the request as a chunked answer, with an extension on each chunk and a trailer behind the last."""
    pieces = [request[at : at + CHUNK] for at in range(0, len(request), CHUNK)]
    chunks = b"".join(b"%X;piece=%d\r\n%s\r\n" % (len(piece), number, piece) for number, piece in enumerate(pieces))
    return HEAD + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunks + b"0\r\nX-Sum: %d\r\n\r\n" % len(request)


def answer(head: bytes, request: bytes) -> bytes:
    """Return the answer to a whole request."""
    path = head.split(b" ", 2)[1]
    if path == b"/healthz":
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    if path == b"/predict":
        return prediction(request)
    if path == b"/chunked":
        return chunked(request)
    return HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(request), request)


async def raw(first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes, until no more does; then say so, in the direction that is still open."""
    writer.write(first)
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write(b"that was all\n")


async def exchange(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; return whether the connection goes on."""
    if EXPECTS.search(head):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if b"\r\nupgrade:" in head.lower():
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n")
        await raw(b"", reader, writer)
        return False
    writer.write(answer(head, head + await body(reader, head)))
    await writer.drain()
    return b"\r\nconnection: close" not in head.lower() and b" HTTP/1.1\r\n" in head


async def converse(connections: Connections, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection to its end."""
    task = asyncio.current_task()
    if task is None:
        return
    try:
        goes_on = True
        while goes_on and not connections.leaving:
            connections.idle[task] = writer
            first = await reader.read(1)
            del connections.idle[task]
            if not first:
                break
            connections.busy.add(task)
            goes_on = await turn(first, reader, writer)
            connections.busy.discard(task)
    except (OSError, EOFError):
        pass  # the client went away in the middle
    finally:
        connections.idle.pop(task, None)
        connections.busy.discard(task)
        writer.close()


async def turn(first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Serve what begins with this byte; return whether the connection goes on."""
    start = first + await reader.readexactly(3)
    if not any(method.startswith(start) for method in METHODS):
        await raw(start, reader, writer)
        return False
    return await exchange(start + await reader.readuntil(b"\r\n\r\n"), reader, writer)


async def main(port: int) -> None:
    """Serve until SIGTERM, then finish what is open."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    connections = Connections()
    server = await asyncio.start_server(lambda r, w: converse(connections, r, w), "0.0.0.0", port, backlog=1024)  # noqa: S104
    await asked.wait()
    server.close()
    await connections.leave()


if __name__ == "__main__":
    asyncio.run(main(int(os.environ.get("PORT", sys.argv[1] if len(sys.argv) > 1 else "9000"))))
