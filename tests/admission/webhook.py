"""The webhook as the cluster runs it: a process of its own, with a secret that is mounted as Kubernetes mounts one."""

import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trustme

from tests.relay.running import ROOT, until

Json = dict[str, Any]
POD: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "iris", "namespace": "models"},
    "spec": {"containers": [{"name": "model", "image": "iris:1", "ports": [{"name": "http", "containerPort": 8080}]}]},
}


def review(pod: Any = POD, **request: Any) -> Json:
    """Return an AdmissionReview about `pod`."""
    asked = {"uid": "4711", "operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "object": pod}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {**asked, **request}}


class Secret:
    """A mounted secret: files that are links into a folder, which is a link that is swapped.

    Parameters
    ----------
    folder
        Where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self._folder = folder
        self._versions = 0
        self.renew()
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(f"..data/{name}")

    def renew(self) -> int:
        """Put a new pair in place; return the certificate's serial number."""
        pair = self.authority.issue_cert("localhost", "127.0.0.1")
        chain = b"".join(blob.bytes() for blob in pair.cert_chain_pems)
        self.put(chain, pair.private_key_pem.bytes())
        return serial(
            ssl.PEM_cert_to_DER_cert(chain.decode().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----")
        )

    def put(self, cert: bytes, key: bytes) -> None:
        """Put files in place as the kubelet does: a new folder, then one rename."""
        self._versions += 1
        new = self._folder / f"..{datetime.now(UTC):%Y_%m_%d}.{self._versions}"
        new.mkdir()
        (new / "tls.crt").write_bytes(cert)
        (new / "tls.key").write_bytes(key)
        link = self._folder / "..data_tmp"
        link.symlink_to(new.name)
        link.rename(self._folder / "..data")

    def context(self) -> ssl.SSLContext:
        """Return what a client checks the webhook's certificate with."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


def serial(certificate: bytes) -> int:
    """Return the serial number of a certificate, by another library than the server's."""
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate).serial_number


class Webhook:
    """A running webhook.

    Parameters
    ----------
    secret
        Its certificate.
    folder
        Where its secret is mounted.
    variables
        Further settings.
    """

    def __init__(self, secret: Secret, folder: Path, variables: dict[str, str]) -> None:
        self.secret = secret
        environ = {
            **os.environ,
            "DRIFT_INJECT_LISTEN": "127.0.0.1:0",
            "DRIFT_INJECT_TLS__CERT": str(folder / "tls.crt"),
            "DRIFT_INJECT_TLS__KEY": str(folder / "tls.key"),
            **variables,
        }
        command = [sys.executable, "-m", "sidecar", "inject"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        self._log: list[Json] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = int(self.event("listening")["port"])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._log.append(json.loads(line))

    def events(self, name: str) -> list[Json]:
        """Return the lines of the log about one event."""
        return [line for line in list(self._log) if line["event"] == name]

    def event(self, name: str) -> Json:
        """Wait for the first line about an event."""
        return until(lambda: next(iter(self.events(name)), None), lambda: f"{name} in {self._log}")

    def connect(self) -> http.client.HTTPSConnection:
        """Return a connection."""
        return http.client.HTTPSConnection("localhost", self.port, context=self.secret.context(), timeout=30)

    def shown(self) -> int:
        """Return the serial number that a new connection is shown."""
        with contextlib.closing(self.connect()) as connection:
            connection.connect()
            return shown_on(connection)

    def ask(self, document: Any, path: str = "/inject", method: str = "POST") -> tuple[int, Json]:
        """Send a request on a connection of its own; return status and JSON."""
        with contextlib.closing(self.connect()) as connection:
            return asked(connection, document, path, method)

    def end(self) -> None:
        """Kill it, if it still runs, and wait."""
        self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def terminate(self) -> None:
        """Tell it to end."""
        self.process.send_signal(signal.SIGTERM)


def asked(
    connection: http.client.HTTPSConnection, document: Any, path: str = "/inject", method: str = "POST"
) -> tuple[int, Json]:
    """Send a request; return status and JSON."""
    body = document if isinstance(document, bytes) or document is None else json.dumps(document).encode()
    connection.request(method, path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if "json" in (answer.headers["Content-Type"] or "") else {"text": text.decode()}


def shown_on(connection: http.client.HTTPSConnection) -> int:
    """Return the serial number that a connection was shown."""
    assert isinstance(connection.sock, ssl.SSLSocket)
    certificate = connection.sock.getpeercert(binary_form=True)
    assert certificate is not None
    return serial(certificate)


@contextlib.contextmanager
def running(folder: Path, **variables: str) -> Iterator[Webhook]:
    """Run a webhook with its secret in `folder`."""
    webhook = Webhook(Secret(folder), folder, variables)
    try:
        yield webhook
    finally:
        webhook.end()
