"""`helm install`, and what is there then."""

import base64

from tests.e2e.cluster import pods, ready
from tests.e2e.release import SYSTEM, webhooks
from tests.e2e.report import note


def test_two_injectors_are_ready(release: str) -> None:
    """Helm install ends with two injectors ready."""
    injectors = pods(SYSTEM, **{"app.kubernetes.io/component": "injector"})
    assert [ready(pod) for pod in injectors] == [True, True]


def test_the_webhook_is_registered(release: str) -> None:
    """The webhook has its authority, is asked about pods alone, and is ignored where it does not answer."""
    for hook in webhooks():
        assert b"BEGIN CERTIFICATE" in base64.b64decode(hook["clientConfig"]["caBundle"])
        assert [rule["resources"] for rule in hook["rules"]] == [["pods"]]
        assert hook["failurePolicy"] == "Ignore"
        note(hook["name"])
