"""What the monitor says, as its readers ask for it."""

import json
from typing import Any
from urllib.request import urlopen

from tests.relay.running import SECONDS, Sidecar


def health(sidecar: Sidecar) -> dict[str, Any]:
    """Return the body of ``/monitor/health``."""
    return _asked(sidecar, "health")


def drift(sidecar: Sidecar) -> dict[str, Any]:
    """Return the body of ``/monitor/drift``."""
    return _asked(sidecar, "drift")


def _asked(sidecar: Sidecar, what: str) -> dict[str, Any]:
    host, port = sidecar.monitor
    with urlopen(f"http://{host}:{port}/monitor/{what}", timeout=SECONDS) as answer:
        body: dict[str, Any] = json.load(answer)
    return body


def rows(sidecar: Sidecar) -> int:
    """Return how many rows the engine has counted from tapped traffic since it started."""
    return int(health(sidecar)["engine"]["rows"]["tap"])
