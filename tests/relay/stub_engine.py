"""An engine that does one thing only: what its second argument says, on the descriptor that its first one names."""

import os
import signal
import socket
import sys
import time

from sidecar.frames import FrameDecoder, Kind, encode

BEAT_SECONDS = 0.02


def main() -> None:
    """Behave as asked until the relay says stop, or is gone."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    what = sys.argv[2]
    if what == "does not end":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sock.sendall(b"garbage" * 10 if what == "babbles" else encode(Kind.BEAT))
    if what == "exits":
        os._exit(3)
    if what == "hangs":
        time.sleep(60)
    ballast = bytearray(os.urandom(1 << 20) * 96) if what == "grows" else b""
    sock.settimeout(BEAT_SECONDS)
    decoder = FrameDecoder()
    while not stopped(sock, decoder) or what in ("does not stop", "does not end"):
        sock.sendall(encode(Kind.BEAT))
    del ballast


def stopped(sock: socket.socket, decoder: FrameDecoder) -> bool:
    """Read for the length of a beat; return whether this is the end."""
    try:
        data = sock.recv(1 << 16)
    except TimeoutError:
        return False
    return not data or any(frame.kind == Kind.STOP for frame in decoder.feed(data))


if __name__ == "__main__":
    main()
