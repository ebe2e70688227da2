"""The sidecar's relay with a reader in place of the engine that takes every frame and looks at none.

Beside wrk and the model, an engine gets so little of core 1 that the tap samples down, and a relay that copies a part of
the traffic has less to do. With this reader nothing is sampled out, so the relay pays for every byte, which is the most
that the tap can cost it. The relay itself is the product's, from the listener to the outbox.

Usage: ``python -m benchmarks.all_copied LISTEN_PORT MODEL_PORT READER_CORE``
"""

import asyncio
import json
import select
import signal
import socket
import subprocess
import sys
import time

import uvloop

from benchmarks.processes import on_core
from sidecar.address import Address
from sidecar.frames import HEADER_SIZE, Kind, encode
from sidecar.relay.engine_process import SOCKET_BUFFER, EngineProcess
from sidecar.relay.figures import Figures
from sidecar.relay.listener import Listener
from sidecar.relay.outbox import Outbox
from sidecar.relay.sockets import bind, connections_allowed
from sidecar.relay.supervisor import Supervisor
from sidecar.relay.tee import Tap

BUFFER, MAX_BODY = 16 << 20, 8 << 20
BEAT_SECONDS = 0.5
_STOP = encode(Kind.STOP)[:9]  # kind, connection 0, length 0: the last frame that is sent


class Discarder(EngineProcess):
    """A child that reads the relay's frames and throws them away."""

    def __init__(self, core: int) -> None:
        self.sock, theirs = socket.socketpair()
        command = on_core(core, [sys.executable, "-m", "benchmarks.all_copied", "--discard", str(theirs.fileno())])
        self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
        theirs.close()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)


def discard(sock: socket.socket) -> None:
    """Read until the relay ends, and beat as an engine does."""
    buffer, beat_due = bytearray(1 << 20), 0.0
    while True:
        if time.monotonic() >= beat_due:
            sock.sendall(encode(Kind.BEAT))
            beat_due = time.monotonic() + BEAT_SECONDS
        readable, _, _ = select.select([sock], [], [], BEAT_SECONDS)
        size = sock.recv_into(buffer) if readable else -1
        if not size or buffer[max(0, size - HEADER_SIZE) : size].startswith(_STOP):
            return


async def relay(listen: int, model: int, core: int) -> None:
    """Relay until told to stop."""
    loop, figures, stopped = asyncio.get_running_loop(), Figures(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    tap = Tap(Outbox(BUFFER, loop), figures, max_body=MAX_BODY)
    upstream = Address("127.0.0.1", model)
    Listener(bind(Address("127.0.0.1", listen)), upstream, figures, limit=connections_allowed(), tap=tap).start()
    supervisor = Supervisor(lambda: Discarder(core), tap)
    supervisor.start()
    await stopped.wait()
    await supervisor.stop()
    print(json.dumps(figures.as_dict()), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--discard":
        discard(socket.socket(fileno=int(sys.argv[2])))
    else:
        uvloop.run(relay(*map(int, sys.argv[1:4])))
