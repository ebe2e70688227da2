"""Who never sees HTTP/2 does not pay for it."""

import subprocess
import sys

from tests.exchange.http2.talk import Talk, ask

LIBRARIES = {"hpack", "hyperframe", "google.protobuf"}
ENGINE = "import sys, sidecar.engine.process; from sidecar.exchange import ConnectionReader"


def loaded_by(source: str) -> set[str]:
    """Run a program in a fresh interpreter and return which of the libraries it loaded."""
    program = f"{ENGINE}; {source}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    return LIBRARIES & set(done.stdout.split())


def test_an_engine_loads_nothing_of_http_2_until_its_first_preface() -> None:
    """Neither at its start nor for HTTP/1; protobuf waits for a gRPC message."""
    new = "ConnectionReader(watches=lambda *_: True, max_body=9)"
    talk = Talk()
    talk.open(ask())
    first = talk.steps[0][1]
    assert loaded_by(f"{new}.up(b'GET / HTTP/1.1\\r\\n\\r\\n', 0.0)") == set()
    assert loaded_by(f"{new}.up({first!r}, 0.0)") == {"hpack", "hyperframe"}
