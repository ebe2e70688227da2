"""The webhook in a process of its own: it answers, refuses what is none, and ends without a request refused."""

import base64
import contextlib
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

from sidecar.admission.app import LARGEST_REVIEW
from tests.admission.webhook import POD, Webhook, asked, review, running
from tests.relay.running import until


@pytest.fixture(scope="module")
def webhook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    """Run one webhook for all tests that do not end it."""
    with running(tmp_path_factory.mktemp("secret")) as started:
        yield started


def test_a_pod_gets_its_sidecar(webhook: Webhook) -> None:
    """The answer carries the question's number and a patch that another library can apply."""
    status, answer = webhook.ask(review(uid="0815"))
    response = answer["response"]
    assert (status, response["uid"], response["allowed"], response["patchType"]) == (200, "0815", True, "JSONPatch")
    made = jsonpatch.apply_patch(POD, json.loads(base64.b64decode(response["patch"])))
    assert [one["name"] for one in made["spec"]["containers"]] == ["model", "drift-sidecar"]
    assert answer["apiVersion"] == "admission.k8s.io/v1"
    assert webhook.event("pod_injected")["namespace"] == ""


def test_a_pod_that_cannot_have_one_is_admitted_with_the_reason(webhook: Webhook) -> None:
    """There is no patch, and a warning that says why."""
    status, answer = webhook.ask(review({**POD, "spec": {**POD["spec"], "hostNetwork": True}}))
    response = answer["response"]
    assert (status, response["allowed"], "patch" in response) == (200, True, False)
    assert "(host_network)" in response["warnings"][0]


@pytest.mark.parametrize(
    ("body", "path", "method", "status"),
    [
        (b"{", "/inject", "POST", 400),
        (b"[]", "/inject", "POST", 400),
        (b"\xff", "/inject", "POST", 400),
        (b"[" * 100_000, "/inject", "POST", 400),
        (
            {"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {"uid": "1"}},
            "/inject",
            "POST",
            400,
        ),
        ({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}, "/inject", "POST", 400),
        (review(uid=""), "/inject", "POST", 400),
        (review(uid=7), "/inject", "POST", 400),
        (b" " * (LARGEST_REVIEW + 1), "/inject", "POST", 413),
        (None, "/inject", "GET", 405),
        (None, "/other", "GET", 404),
    ],
)
def test_what_is_no_review_is_answered_with_a_problem(webhook: Webhook, body: Any, path: str, method: str, status: int) -> None:
    """The API server gets an error that says what is wrong, and no half an answer."""
    found, problem = webhook.ask(body, path, method)
    assert (found, problem["status"]) == (status, status)
    assert problem["detail"]


def test_a_name_that_is_none_keeps_no_pod_from_being_created(webhook: Webhook) -> None:
    """However deep it is: a question is answered, and not met with a fault."""
    deep = b'{"a":' * 1000 + b"1" + b"}" * 1000
    status, answer = webhook.ask(json.dumps(review()).encode().replace(b'"iris"', deep))
    assert (status, answer["response"]["allowed"]) == (200, True)
    assert "patch" not in answer["response"]


def test_a_review_of_the_largest_size_is_read(webhook: Webhook) -> None:
    """The bound itself is allowed."""
    body = json.dumps(review()).encode()
    status, answer = webhook.ask(body + b" " * (LARGEST_REVIEW - len(body)))
    assert (status, answer["response"]["allowed"]) == (200, True)


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_the_kubelet_finds_it_well(webhook: Webhook, path: str) -> None:
    """Both probes answer over TLS."""
    assert webhook.ask(None, path, "GET") == (200, {"text": "ok\n"})


def test_noise_leaves_it_as_it_is(webhook: Webhook) -> None:
    """What is no TLS, no HTTP, or ends in the middle disturbs nobody."""
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b""):
        with socket.create_connection(("127.0.0.1", webhook.port), timeout=10) as sock:
            sock.sendall(noise)
    with (
        socket.create_connection(("127.0.0.1", webhook.port), timeout=10) as plain,
        webhook.secret.context().wrap_socket(plain, server_hostname="localhost") as sock,
    ):
        sock.sendall(b"no HTTP\r\n\r\n")
        assert b"problem+json" in sock.recv(4096)
    with contextlib.closing(webhook.connect()) as connection:
        connection.connect()
        connection.sock.sendall(b"POST /inject HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert webhook.ask(review())[0] == 200


def test_a_client_that_does_not_know_the_certificate_is_gone_and_no_more(webhook: Webhook) -> None:
    """A handshake that fails is the client's affair."""
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection(("127.0.0.1", webhook.port), timeout=10) as plain,
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
    assert webhook.ask(review())[0] == 200


def test_it_ends_without_refusing_anybody(tmp_path: Path) -> None:
    """After SIGTERM it is not ready, answers all the same for a while, and ends by itself with 0."""
    with running(tmp_path) as webhook, contextlib.closing(webhook.connect()) as kept:
        assert asked(kept, review())[0] == 200
        webhook.terminate()
        until(lambda: webhook.ask(None, "/healthz/ready", "GET")[0] == 503, "not ready")
        assert webhook.ask(None, "/healthz/live", "GET")[0] == 200
        assert webhook.ask(review())[0] == 200
        assert asked(kept, review())[0] == 200
        assert webhook.process.wait(30) == 0


def test_without_a_certificate_it_says_so_and_does_not_start(root: Path) -> None:
    """The message names the files, and the exit code is that of bad input."""
    environ = {"DRIFT_INJECT_TLS__CERT": "/no/such.crt", "DRIFT_INJECT_LISTEN": "127.0.0.1:0"}
    command = [sys.executable, "-m", "sidecar", "inject"]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "/no/such.crt" in done.stderr
