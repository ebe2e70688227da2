"""Recorded requests to real model servers give the rows that were sent, or the reason why they are not read yet."""

from functools import cache

import pytest

from sidecar.decode import Decoded, decode
from sidecar.exchange import Refusal, watch
from sidecar.paths import DEFAULT_PATHS
from sidecar.reasons import TapReason
from tests.decode.payloads import MAX_BODY, rows
from tests.exchange.captures import captures
from tests.exchange.wire import exchanges, read

ORDER = ("age", "income", "tenure", "plan")

TEAM = {"age": 70, "income": 24333.49, "tenure": 2.213, "plan": "team"}
FREE = {"age": 57, "income": 18196.76, "tenure": 3.496, "plan": "free"}
PRO = {"age": 33, "income": 51234.5, "tenure": 0.25, "plan": "pro"}


@cache
def results() -> dict[str, Decoded | Refusal]:
    """Return what the first prediction of each recorded conversation was decoded to."""
    watches = watch(DEFAULT_PATHS)
    found = {}
    for capture in captures():
        for one in exchanges(read(*capture.steps)):
            if watches(one.method, one.path):
                found[capture.name] = decode(one, order=ORDER, max_body=MAX_BODY)
    return found


A = {"age": 0.1, "income": -0.2, "tenure": 0.3, "plan": 1.5}
B = {"age": -1.0, "income": 0.5, "tenure": -0.25, "plan": 0.75}
C = {"age": 2, "income": 1, "tenure": 0.5, "plan": -3}


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        ("fastapi-one_row-requests", "object", [TEAM]),
        ("http-httpclient", "object", [TEAM]),
        ("http-chunk_ext_trailers-rawsocket", "object", [TEAM]),
        ("bentoml-one_row_kwargs-requests", "object", [{"age": 70, "income": 24333.49, "plan": "team"}]),
        (
            "fastapi-one_row_null_unicode-requests",
            "object",
            [{**PRO, "tenure": None, "plan": "größe-日本", "customer_id": "c-991", "ts": "2026-11-23T05:00:00Z"}],
        ),
        ("mlflow-instances_dicts-requests", "kserve_v1", [TEAM, FREE, PRO]),
        ("onnxruntime-instances-requests", "kserve_v1", [A, B]),
        ("torchserve-json_instances-requests", "kserve_v1", [A, B]),
        ("v1rest-instances-kserve-requests", "kserve_v1", [A, B, C]),
        ("v1rest-cloudevent_binary-kserve-requests", "kserve_v1", [A, B, C]),
    ],
)
def test_a_recorded_request_gives_the_rows_that_were_sent(name: str, format_: str, expected: list[dict[str, object]]) -> None:
    """Value for value, from four servers and five clients."""
    result = results()[name]
    assert isinstance(result, Decoded)
    assert (result.format, rows(result)) == (format_, expected)


def test_every_other_recorded_request_is_refused_for_a_reason() -> None:
    """What the model refused is told from formats that have no decoder yet, and nothing is taken for rows by mistake."""
    refused = {name: result.reason for name, result in results().items() if isinstance(result, Refusal)}
    read_ = set(results()) - set(refused)
    assert {name.partition("-")[0] for name in read_} == {
        "bentoml",
        "fastapi",
        "http",
        "mlflow",
        "onnxruntime",
        "torchserve",
        "v1rest",
    }
    assert len(read_) == 11
    binary = {name for name, why in refused.items() if why is TapReason.NOT_JSON}
    assert all(name.startswith("v2bin") for name in binary)
    assert set(refused.values()) == {TapReason.STATUS, TapReason.UNKNOWN_FORMAT, TapReason.NOT_JSON}
