"""AdmissionReview, without a socket: what is asked, and what is answered."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from sidecar.admission import app
from sidecar.admission.review import MalformedReview, answer, judge, read_review
from sidecar.inject import Skip
from sidecar.settings.inject import InjectSettings
from tests.admission.webhook import POD, review

STRICT = InjectSettings(strict=True)


def answered(document: Any, settings: InjectSettings | None = None) -> dict[str, Any]:
    """Return the response to a review."""
    question = read_review(document)
    return dict(json.loads(answer(question, judge(question, settings or InjectSettings())))["response"])


def test_the_audit_log_says_what_was_decided_and_why() -> None:
    """The decision and its reason stand in the audit annotations."""
    assert answered(review())["auditAnnotations"] == {"decision": "injected"}
    alone = answered(review({**POD, "spec": {**POD["spec"], "hostNetwork": True}}))
    assert alone["auditAnnotations"] == {"decision": "left_alone", "reason": "host_network"}


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"operation": "UPDATE"}, Skip.NOT_NEW),
        ({"operation": "DELETE", "object": None}, Skip.NOT_NEW),
        ({"subResource": "ephemeralcontainers"}, Skip.NOT_NEW),
        ({"kind": {"kind": "Deployment"}}, Skip.NOT_A_POD),
        ({"object": {"kind": "Service"}}, Skip.NOT_A_POD),
        ({"object": {**POD, "kind": "ReplicaSet"}}, Skip.NOT_A_POD),
        ({"object": None}, Skip.NOT_A_POD),
        ({"object": [1]}, Skip.NOT_A_POD),
        ({"object": {"kind": "Pod"}}, Skip.MALFORMED),
        ({"object": {"kind": "Pod", "spec": {"containers": []}}}, Skip.MALFORMED),
        ({"object": {**POD, "metadata": {"annotations": {"a": 1}}}}, Skip.MALFORMED),
    ],
)
def test_whatever_is_no_new_pod_is_admitted_with_a_warning(request_: dict[str, Any], reason: Skip) -> None:
    """The API server hears that nothing was done, and why."""
    response = answered(review(**request_))
    assert response["allowed"]
    assert "patch" not in response
    assert f"({reason})" in response["warnings"][-1]


def test_strict_refuses_what_cannot_be_watched() -> None:
    """Where the cluster or the pod asks for it, an unwatched pod is no pod."""
    unnamed = {**POD, "spec": {"containers": [{"name": "model", "ports": [{"containerPort": 80}]}]}}
    assert answered(review(unnamed))["allowed"]
    refused = answered(review(unnamed), STRICT)
    assert not refused["allowed"]
    assert refused["status"]["code"] == 403
    assert "(unnamed_port)" in refused["status"]["message"]
    asking = {**unnamed, "metadata": {"annotations": {"drift-sidecar/strict": "true"}}}
    assert not answered(review(asking))["allowed"]
    waiving = {**unnamed, "metadata": {"annotations": {"drift-sidecar/strict": "false"}}}
    assert answered(review(waiving), STRICT)["allowed"]
    assert not answered(review({"kind": "Pod"}), STRICT)["allowed"]
    job = {**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}
    assert answered(review(job), STRICT)["allowed"]
    assert not answered(review({**job, "metadata": asking["metadata"]}))["allowed"]


@pytest.mark.parametrize(
    "pod",
    [
        {**POD, "metadata": {"labels": {"drift-sidecar/inject": "false"}}},
        {**POD, "metadata": {"annotations": {"drift-sidecar/status": "injected"}}},
    ],
)
def test_strict_has_nothing_against_what_is_wanted(pod: dict[str, Any]) -> None:
    """Who opts out is not watched, and who has a sidecar is."""
    assert answered(review(pod), STRICT)["allowed"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {"kind": "AdmissionReview"},
        {**review(), "apiVersion": "admission.k8s.io/v1beta1"},
        {**review(), "request": []},
    ],
)
def test_a_malformed_review_is_none(document: Any) -> None:
    """There is nobody to answer without a question."""
    with pytest.raises(MalformedReview):
        read_review(document)


@pytest.mark.parametrize(("strict", "allowed"), [(False, True), (True, False)])
async def test_a_fault_of_ours_keeps_no_pod_from_being_created(
    monkeypatch: pytest.MonkeyPatch, strict: bool, allowed: bool
) -> None:
    """The pod is admitted as it is, with a warning and a line in the log; strict refuses it."""

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(app, "judge", broken)
    server = TestServer(app.build_app(InjectSettings(strict=strict), ready=lambda: True))
    with capture_logs() as lines:
        async with TestClient(server) as client:
            response = await client.post("/inject", json=review())
            body = await response.json()
    assert body["response"]["allowed"] is allowed
    assert "(internal_error)" in body["response"]["warnings"][0]
    assert any(line["event"] == "injection_failed" for line in lines)
