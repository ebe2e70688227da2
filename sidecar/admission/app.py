"""The routes of the webhook: ``POST /inject`` and the kubelet's probes."""

from collections.abc import Callable

import orjson
from aiohttp import web

from sidecar import logs
from sidecar.admission.review import MalformedReview, Question, answer, judge, read_review
from sidecar.inject import Decision, LeftAlone, Skip, left_alone
from sidecar.settings.inject import InjectSettings
from sidecar.web import Handler, Problem, Routes
from sidecar.web.body import Room, read_body
from sidecar.web.headers import COMMON_HEADERS

LARGEST_REVIEW = 8 << 20
"""The API server takes objects of up to 3 MiB; a review holds one or two."""

_ROOM = 64 << 20
_log = logs.get_logger("admission")


def build_app(settings: InjectSettings, ready: Callable[[], bool]) -> web.Application:
    """Return the application; `ready` says whether the API server should ask."""
    routes = Routes(LARGEST_REVIEW, "pods are reviewed by POST /inject")
    routes.add("POST", "/inject", Inject(settings))
    routes.add("GET", "/healthz/live", _probe(lambda: True))
    routes.add("GET", "/healthz/ready", _probe(ready))
    return routes.app()


class Inject:
    """The handler of ``POST /inject``.

    Parameters
    ----------
    settings
        What the cluster decides.
    """

    def __init__(self, settings: InjectSettings) -> None:
        self._settings = settings
        self._room = Room(_ROOM)

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer one review."""
        question = _question(await read_body(request, LARGEST_REVIEW, self._room))
        decision = self._judge(question)
        _tell(question, decision)
        return web.Response(body=answer(question, decision), headers={**COMMON_HEADERS, "Content-Type": "application/json"})

    def _judge(self, question: Question) -> Decision:
        """Decide, and whatever goes wrong in that, leave the pod alone."""
        try:
            return judge(question, self._settings)
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a pod from being created
            _log.error("injection_failed", namespace=question.namespace, pod=question.name, error=logs.outline(error))
            return left_alone(question.pod, self._settings, LeftAlone(Skip.INTERNAL_ERROR), [])


def _question(body: bytes) -> Question:
    try:
        return read_review(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise Problem(400, "the body is not JSON") from None
    except MalformedReview as fault:
        raise Problem(400, str(fault)) from None


def _tell(question: Question, decision: Decision) -> None:
    event = "pod_injected" if decision.patch else "pod_left_alone" if decision.allowed else "pod_refused"
    details = {"namespace": question.namespace, "pod": question.name, "warnings": decision.warnings}
    _log.info(event, reason=decision.skip, **details)


def _probe(true: Callable[[], bool]) -> Handler:
    async def probe(_request: web.Request) -> web.Response:
        if not true():
            raise Problem(503, "ending")
        return web.Response(text="ok\n", headers=COMMON_HEADERS)

    return probe
