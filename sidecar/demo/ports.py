"""Ports for a demo: the well-known ones where they are free, any free one where they are not, and a word about it.

A demo that fails because something else listens on 8080 is no demo, and one that silently moved would send people to
the wrong page. Everything is bound to the loopback address alone: the demo is not for the neighbours.
"""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen: the sidecar's three addresses and the model's."""

    traffic: int
    monitor: int
    health: int
    model: int


WELL_KNOWN = Ports(traffic=8000, monitor=8080, health=8081, model=9001)
ANY = Ports(0, 0, 0, 0)


def choose(wish: Ports) -> tuple[Ports, list[str]]:
    """Return ports that are free now, and a sentence for every one that is not the wished one; 0 wishes for any."""
    notes, chosen, held = [], {}, []
    try:
        for name in ("traffic", "monitor", "health", "model"):
            wanted: int = getattr(wish, name)
            held.append(_hold(wanted))
            chosen[name] = int(held[-1].getsockname()[1])
            if wanted not in (0, chosen[name]):
                notes.append(f"port {wanted} is taken, so {name} uses {chosen[name]}")
    finally:
        for listener in held:
            listener.close()
    return Ports(**chosen), notes


def _hold(port: int) -> socket.socket:
    """Bind `port`, or any other if it is taken; held until all are chosen, so that no two get the same."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
        held.listen(1)
    except OSError:
        held.close()
        if port == 0:
            raise
        return _hold(0)
    return held
