"""A pod and its node: two network namespaces with a cable between, servers in the one, questions from both.

``unshare -n python world.py`` is the pod; it makes the node, and prints who answered which question. The namespaces go with the
processes.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

NODE, POD, OTHER = "10.200.0.1", "10.200.0.2", 9000
MODEL, SIDECAR, PROBES, USER = 8080, 15080, 15081, 10001
ASK = """
import socket, sys
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10) as connection:
        print(connection.recv(16).decode())
except OSError as error:
    print(type(error).__name__)
"""


def sh(*command: str) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def listen(port: int, name: bytes) -> None:
    """Answer every connection to `port` with a name."""
    server = socket.create_server(("0.0.0.0", port))  # noqa: S104 - in a namespace of our own

    def serve() -> None:
        while True:
            connection, _ = server.accept()
            connection.sendall(name)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()


def lay_cable(node: int) -> None:
    """Connect the pod with the namespace of the process `node`, once that has one of its own."""
    here = Path("/proc/self/ns/net").readlink()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{node}/ns/net").readlink() == here and time.monotonic() < deadline:
        time.sleep(0.01)
    sh("ip", "link", "set", "lo", "up")
    sh("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "veth0", "netns", str(node))
    sh("ip", "addr", "add", f"{POD}/24", "dev", "eth0")
    sh("ip", "link", "set", "eth0", "up")
    for command in (["addr", "add", f"{NODE}/24", "dev", "veth0"], ["link", "set", "veth0", "up"]):
        sh("nsenter", "-t", str(node), "-n", "ip", *command)


def outside(node: int, port: int) -> str:
    """Return who answers the node at a port of the pod."""
    return sh("nsenter", "-t", str(node), "-n", sys.executable, "-c", ASK, POD, str(port))


def inside(user: int, host: str, port: int) -> str:
    """Return who answers a process of the pod."""
    return sh("setpriv", f"--reuid={user}", "--clear-groups", "/usr/bin/env", "python3", "-c", ASK, host, str(port))


def filtered() -> None:
    """Set up the packet filter as the init container does."""
    ports = (f"--model={MODEL}", f"--sidecar={SIDECAR}", f"--probes={PROBES}", f"--user={USER}")
    sh(sys.executable, "-m", "sidecar", "inject", "redirect", *ports)


def answers(node: int) -> dict[str, str]:
    """Ask everything."""
    lay_cable(node)
    for port, name in ((MODEL, b"model"), (SIDECAR, b"sidecar"), (OTHER, b"other")):
        listen(port, name)
    found = {"before": outside(node, MODEL)}
    filtered()
    found |= {
        "outside": outside(node, MODEL),
        "outside, to the sidecar": outside(node, SIDECAR),
        "outside, to the probes' port": outside(node, PROBES),
        "outside, to another port": outside(node, OTHER),
        "the pod itself": inside(1000, "127.0.0.1", MODEL),
        "the pod itself, by its address": inside(1000, POD, MODEL),
        "the sidecar": inside(USER, "127.0.0.1", MODEL),
    }
    filtered()
    return found | {"again": outside(node, MODEL)}


def main() -> None:
    """Make the node, ask, print."""
    with subprocess.Popen(["unshare", "-n", "sleep", "60"]) as node:
        try:
            print(json.dumps(answers(node.pid)))  # noqa: T201 - what the test reads
        finally:
            node.kill()


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    main()
