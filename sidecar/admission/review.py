"""AdmissionReview: what the API server asks, and how it wants to be answered. Pure."""

import base64
from typing import Any, NamedTuple

import orjson

from sidecar.inject import Decision, LeftAlone, Skip, decide, left_alone
from sidecar.settings.inject import InjectSettings

API_VERSION, KIND = "admission.k8s.io/v1", "AdmissionReview"
_LONGEST_UID = 256


class MalformedReview(ValueError):  # noqa: N818 - it says what it is
    """The question cannot be answered, because it is none."""


class Question(NamedTuple):
    """What is asked: about which object, and under which number."""

    uid: str
    operation: str
    kind: str
    subresource: str
    namespace: str
    pod: Any

    @property
    def name(self) -> str:
        """The pod's name, or what it will begin with."""
        metadata = self.pod.get("metadata") if isinstance(self.pod, dict) else None
        names = metadata if isinstance(metadata, dict) else {}
        return _text(names.get("name")) or _text(names.get("generateName"))


def read_review(document: object) -> Question:
    """Return the question in an AdmissionReview.

    Raises
    ------
    MalformedReview
        The document is no such thing.
    """
    if not isinstance(document, dict) or document.get("kind") != KIND or document.get("apiVersion") != API_VERSION:
        raise MalformedReview(f"an {KIND} of {API_VERSION} is expected")
    request = document.get("request")
    if not isinstance(request, dict):
        raise MalformedReview("request: a map is expected")
    uid = request.get("uid")
    if not isinstance(uid, str) or not 1 <= len(uid) <= _LONGEST_UID:
        raise MalformedReview("request.uid: text is expected")
    kind = request.get("kind")
    return Question(
        uid=uid,
        operation=_text(request.get("operation")) or "CREATE",
        kind=_text(kind.get("kind")) if isinstance(kind, dict) else "",
        subresource=_text(request.get("subResource")),
        namespace=_text(request.get("namespace")),
        pod=request.get("object"),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def judge(question: Question, settings: InjectSettings) -> Decision:
    """Return what is to be done with the object in question."""
    try:
        _check(question)
    except LeftAlone as reason:
        return left_alone(question.pod, settings, reason, [])
    return decide(question.pod, settings)


def _check(question: Question) -> None:
    if question.operation != "CREATE" or question.subresource:
        raise LeftAlone(Skip.NOT_NEW)
    own = question.pod.get("kind", "Pod") if isinstance(question.pod, dict) else "no object"
    found = question.kind or own
    if found != "Pod" or own != "Pod":
        raise LeftAlone(Skip.NOT_A_POD, found=own if found == "Pod" else found)


def answer(question: Question, decision: Decision) -> bytes:
    """Return the AdmissionReview that carries `decision`, as JSON."""
    outcome = "injected" if decision.patch else "left_alone" if decision.allowed else "refused"
    response: dict[str, Any] = {
        "uid": question.uid,
        "allowed": decision.allowed,
        "auditAnnotations": {"decision": outcome, **({"reason": decision.skip.value} if decision.skip else {})},
    }
    if decision.warnings:
        response["warnings"] = list(decision.warnings)
    if decision.patch:
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(orjson.dumps(decision.patch)).decode()
    if not decision.allowed:
        response["status"] = {"code": 403, "reason": "Forbidden", "message": decision.warnings[-1]}
    return orjson.dumps({"apiVersion": API_VERSION, "kind": KIND, "response": response})
