"""Errors as data: RFC 9457 problem documents, and nothing about our insides.

A handler raises `Problem`; the route that called it turns that into a document. Everything else that is raised is our own
fault: the client gets a bare 500 and the log gets the place, because a traceback tells a stranger about the machine, and its
message may quote somebody's data.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NotRequired, TypedDict

import orjson
from aiohttp import web

from sidecar.web.headers import COMMON_HEADERS

PROBLEM_TYPE = "application/problem+json"


class FieldError(TypedDict):
    """One field that does not fit, and why."""

    field: str
    message: str


class ProblemBody(TypedDict):
    """The JSON of a problem document."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
    errors: NotRequired[list[FieldError]]


class Problem(Exception):  # noqa: N818 - the RFC's own word for it
    """A request that is not answered as asked, because of something the client can change.

    Parameters
    ----------
    status
        The HTTP status.
    detail
        A sentence about this occurrence, for a person.
    errors
        The fields that do not fit.
    headers
        Further headers of the answer, such as ``Allow``.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def body(self) -> ProblemBody:
        """Return the document.

        >>> Problem(404, "no such version").body()
        {'type': 'about:blank', 'title': 'Not Found', 'status': 404, 'detail': 'no such version'}
        """
        body: ProblemBody = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = list(self.errors)
        return body

    def response(self, *, close: bool = False) -> web.Response:
        """Return the answer that carries the document, and ends the connection if that is of no further use."""
        headers = {**COMMON_HEADERS, "Content-Type": PROBLEM_TYPE, **self.headers}
        response = web.Response(status=self.status, body=orjson.dumps(self.body()), headers=headers)
        if close or self.status == HTTPStatus.REQUEST_TIMEOUT:
            response.force_close()
        return response
