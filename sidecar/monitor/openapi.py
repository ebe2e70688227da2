"""The OpenAPI 3.1 document: generated from the models that requests are checked with and answers are tested against."""

from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

import sidecar
from sidecar.monitor.batch import ENDINGS
from sidecar.monitor.envelope import PredictRequest
from sidecar.monitor.media import CLOUD_EVENT, JSON
from sidecar.monitor.schemas import BatchAnswer, DriftAnswer, HealthAnswer, PredictAnswer, ProblemSchema
from sidecar.web.problems import PROBLEM_TYPE

Json = dict[str, Any]

_ANY_OBJECT: Json = {"type": "object"}
_TEXT: Json = {"type": "string"}
_FAULTS = {
    "400": "The body is not JSON, or not framed or encoded as its headers say.",
    "408": "The body took too long.",
    "413": "The body is larger than `tap.max_body`, as it arrives or inflated.",
    "415": "The body is neither JSON nor a CloudEvent, or has a Content-Encoding other than gzip and deflate.",
    "422": "The envelope does not fit; `errors` names the fields.",
    "503": "Too many large bodies are being read; try again.",
}
_BATCH_FAULTS = _FAULTS | {
    "400": "The body is not what its Content-Type says, or not framed or encoded as its headers say.",
    "413": "The body is larger than `tap.max_body`, or takes more memory or time than a batch may.",
    "415": "The body is of no type that is read here; Parquet is read where the extra for it is installed.",
    "422": "There are no rows, or none with a feature of the baseline; `errors` says which.",
    "503": "Another large batch is being worked on; try again.",
}
_RECORDS: Json = {"type": "array", "items": _ANY_OBJECT, "minItems": 1, "title": "Records"}
_COLUMNS: Json = {"type": "object", "additionalProperties": {"type": "array"}, "minProperties": 1, "title": "Columns"}


class Operation(NamedTuple):
    """One method of one path.

    Attributes
    ----------
    answers
        The schema of the answer by media type.
    faults
        Statuses of problem documents, and when they occur.
    """

    path: str
    method: str
    name: str
    summary: str
    answers: dict[str, Json]
    faults: dict[str, str]
    more: Json


def openapi_document() -> Json:
    """Return the document."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (PredictRequest, "validation"),
        (PredictAnswer, "serialization"),
        (BatchAnswer, "serialization"),
        (DriftAnswer, "serialization"),
        (HealthAnswer, "serialization"),
        (ProblemSchema, "serialization"),
    ]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "drift-sidecar monitor",
            "version": sidecar.__version__,
            "summary": "Counts rows, and tells whether they still look like the training data.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"]},
    }


def _paths() -> Json:
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return paths


def _operation(operation: Operation) -> Json:
    content = {media: {"schema": schema} for media, schema in operation.answers.items()}
    problem = {PROBLEM_TYPE: {"schema": _ref(ProblemSchema)}}
    responses = {"200": {"description": "The answer.", "content": content}}
    responses |= {status: {"description": text, "content": problem} for status, text in operation.faults.items()}
    responses["default"] = {"description": "Any other error.", "content": problem}
    return {"operationId": operation.name, "summary": operation.summary, "responses": responses, **operation.more}


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


OPERATIONS = (
    Operation(
        path="/monitor/predict",
        method="post",
        name="predict",
        summary="Count one row, or the rows of a CloudEvent, and answer with the state that includes them.",
        answers={JSON: _ref(PredictAnswer)},
        faults=_FAULTS,
        more={
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": _ref(PredictRequest)}, CLOUD_EVENT: {"schema": _ANY_OBJECT}},
            }
        },
    ),
    Operation(
        path="/monitor/batch",
        method="post",
        name="batch",
        summary="Judge the rows of one body for themselves; the live window is not touched.",
        answers={JSON: _ref(BatchAnswer)},
        faults=_BATCH_FAULTS,
        more={
            "requestBody": {
                "required": True,
                "content": {
                    media: {"schema": {"oneOf": [_RECORDS, _COLUMNS]} if media == JSON else _TEXT} for media in ENDINGS
                },
            }
        },
    ),
    Operation(
        path="/monitor/drift",
        method="get",
        name="drift",
        summary="The live report with histograms.",
        answers={JSON: _ref(DriftAnswer)},
        faults={"404": "This model version is not followed."},
        more={
            "parameters": [
                {
                    "name": "model_version",
                    "in": "query",
                    "description": "Whose report; by default that of the version which was seen last.",
                    "schema": _TEXT,
                }
            ]
        },
    ),
    Operation(
        path="/monitor/health",
        method="get",
        name="health",
        summary="Whether the service can do its work, and what it has found.",
        answers={JSON: _ref(HealthAnswer)},
        faults={},
        more={},
    ),
    Operation(
        path="/monitor/metrics",
        method="get",
        name="metrics",
        summary="Prometheus metrics, as OpenMetrics where the reader prefers that.",
        answers={"text/plain": _TEXT, "application/openmetrics-text": _TEXT},
        faults={},
        more={},
    ),
    Operation(
        path="/monitor/baseline",
        method="get",
        name="baseline",
        summary="The profile that rows are compared with.",
        answers={JSON: _ANY_OBJECT},
        faults={"404": "There is no baseline."},
        more={},
    ),
    Operation(
        path="/monitor/openapi.json",
        method="get",
        name="openapi",
        summary="This document.",
        answers={JSON: _ANY_OBJECT},
        faults={},
        more={},
    ),
    Operation(
        path="/monitor/",
        method="get",
        name="page",
        summary="A page for people.",
        answers={"text/html": _TEXT},
        faults={},
        more={},
    ),
)
