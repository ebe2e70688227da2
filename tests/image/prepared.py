"""Byte code: nothing that a start imports is compiled at that start.

A read-only root keeps no byte code, so whatever the image does not bring is compiled anew at each start of each pod, by half a
core. ``PYTHONVERBOSE`` names the file that each module's code object came from: the byte code, or the source.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from tests.image.containers import LIMITS, Container, claim, running

FROM_SOURCE = re.compile(r"(?m)^# code object from '?(/.+\.py)'?$")
POD = """
apiVersion: v1
kind: Pod
metadata: {name: churn, labels: {drift-sidecar/inject: "true"}}
spec:
  containers:
    - {name: model, image: "churn:1", ports: [{name: http, containerPort: 9000}]}
"""
VERBOSE = [*LIMITS, "-e", "PYTHONVERBOSE=1"]


def check_prepared(engine: str, image: str) -> None:
    """Neither a sidecar, nor the webhook, nor an injection by hand compiles anything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        certificate(folder)
        (folder / "pod.yaml").write_text(POD, encoding="utf-8")
        mounted = [*VERBOSE, "-v", f"{folder}:/etc/drift-sidecar/tls:ro"]
        with running(engine, "drift-verbose", *VERBOSE, image) as sidecar:
            claim("a sidecar compiles nothing at its start", holds=not compiled(sidecar, '"event": "engine_up"'))
        with running(engine, "drift-verbose", *mounted, image, "inject") as webhook:
            claim("a webhook compiles nothing at its start", holds=not compiled(webhook, '"event": "listening"'))
        dry = [*mounted, image, "inject", "--dry-run", "/etc/drift-sidecar/tls/pod.yaml"]
        with running(engine, "drift-verbose", *dry) as by_hand:
            claim("nor does an injection by hand", holds=not compiled(by_hand, "drift-sidecar/injected"))


def compiled(container: Container, ready: str) -> list[str]:
    """Return the sources that were compiled until the log has a line that says it is ready."""
    text = container.logs_until(ready)
    found = FROM_SOURCE.findall(text)
    print("".join(f"     compiled: {name}\n" for name in found), end="")
    return found


def certificate(folder: Path) -> None:
    """Make a certificate that signs itself, readable by the user of the image."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*made, "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)
    (folder / "tls.key").chmod(0o644)
