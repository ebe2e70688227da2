"""What the clients of the Open Inference Protocol (KServe's V2) send to any server of it: tritonclient, over HTTP and gRPC.

It is a program of its own, because servers bring descriptions of the same protocol, and one process cannot hold two.

Servers have two models, or one that can be both: ``people`` takes one tensor of rows, ``columns`` a tensor for each feature.
"""

import gzip
import json
from collections.abc import Callable

import grpc
import numpy as np
import requests
import tritonclient.grpc
import tritonclient.http
from tritonclient.grpc import service_pb2, service_pb2_grpc

from tests.servers.people import FEATURES, Row, people, values

Call = Callable[[str], list[Row]]
SECONDS = 20


def matrix(rows: list[Row], dtype: str = "FP32") -> tuple[str, np.ndarray, str]:
    """Return rows as one tensor."""
    return "people", np.asarray(values(rows), dtype={"FP32": np.float32, "FP16": np.float16}[dtype]), dtype


def series(rows: list[Row]) -> list[tuple[str, np.ndarray, str]]:
    """Return rows as a tensor for each feature; the category is text."""
    numbers = [(name, np.asarray([[row[name]] for row in rows], dtype=np.float32), "FP32") for name in FEATURES[:3]]
    return [*numbers, ("plan", np.asarray([[b"%d" % row["plan"]] for row in rows], dtype=object), "BYTES")]


def inputs(library: object, tensors: list[tuple[str, np.ndarray, str]], **how: bool) -> list[object]:
    """Return tensors as one of tritonclient's two libraries wants them."""
    made = []
    for name, array, dtype in tensors:
        tensor = library.InferInput(name, list(array.shape), dtype)  # type: ignore[attr-defined] # both libraries have it
        tensor.set_data_from_numpy(array, **how)
        made.append(tensor)
    return made


def over_http(
    address: str, model: str, tensors: list[tuple[str, np.ndarray, str]], *, binary: bool = True, packed: str = ""
) -> None:
    """Ask through tritonclient over HTTP."""
    with tritonclient.http.InferenceServerClient(address, connection_timeout=SECONDS, network_timeout=SECONDS) as client:
        client.infer(
            model,
            inputs(tritonclient.http, tensors, binary_data=binary),
            request_id="1",
            request_compression_algorithm=packed or None,
        )


def binary_tensor(address: str) -> list[Row]:
    """Send one tensor as bytes behind the JSON."""
    rows = people(64, 11)
    over_http(address, "people", [matrix(rows)])
    return rows


def binary_gzip(address: str) -> list[Row]:
    """Send the same packed: the length of the JSON is that of the unpacked one."""
    rows = people(32, 12)
    over_http(address, "people", [matrix(rows)], packed="gzip")
    return rows


def binary_deflate(address: str) -> list[Row]:
    """Send the same packed in another way."""
    rows = people(32, 13)
    over_http(address, "people", [matrix(rows)], packed="deflate")
    return rows


def binary_half(address: str) -> list[Row]:
    """Send FP16, which JSON has no form for."""
    rows = people(16, 14)
    over_http(address, "people", [matrix(rows, "FP16")])
    return rows


def binary_columns(address: str) -> list[Row]:
    """Send a tensor for each feature, text among them."""
    rows = people(40, 15)
    over_http(address, "columns", series(rows))
    return rows


def json_tensors(address: str) -> list[Row]:
    """Send both kinds as JSON through tritonclient."""
    one, other = people(8, 16), people(9, 17)
    over_http(address, "people", [matrix(one)], binary=False)
    over_http(address, "columns", series(other), binary=False)
    return [*one, *other]


def json_by_hand(address: str) -> list[Row]:
    """Send nested data and flat data through requests."""
    nested, flat = people(7, 18), people(6, 19)
    for rows, data in ((nested, values(nested)), (flat, [value for row in values(flat) for value in row])):
        tensor = {"name": "people", "datatype": "FP32", "shape": [len(rows), 4], "data": data}
        url = f"http://{address}/v2/models/people/infer"
        requests.post(url, json={"id": "1", "inputs": [tensor]}, timeout=SECONDS).raise_for_status()
    return [*nested, *flat]


def json_gzip(address: str) -> list[Row]:
    """Send JSON packed with gzip."""
    rows = people(33, 20)
    tensor = {"name": "people", "datatype": "FP32", "shape": [len(rows), 4], "data": values(rows)}
    body = gzip.compress(json.dumps({"id": "1", "inputs": [tensor]}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    requests.post(f"http://{address}/v2/models/people/infer", body, headers=headers, timeout=SECONDS).raise_for_status()
    return rows


def no_such_model(address: str) -> list[Row]:
    """Ask for a model that is not there."""
    tensor = {"name": "people", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4]}
    body = {"inputs": [tensor]}
    assert requests.post(f"http://{address}/v2/models/nobody/infer", json=body, timeout=SECONDS).status_code >= 400
    return []


def over_grpc(address: str, model: str, tensors: list[tuple[str, np.ndarray, str]], packed: str | None = None) -> None:
    """Ask through tritonclient over gRPC, which sends raw contents."""
    with tritonclient.grpc.InferenceServerClient(address) as client:
        client.infer(
            model, inputs(tritonclient.grpc, tensors), request_id="1", client_timeout=SECONDS, compression_algorithm=packed
        )


def grpc_raw(address: str) -> list[Row]:
    """Send one tensor as raw contents."""
    rows = people(64, 21)
    over_grpc(address, "people", [matrix(rows)])
    return rows


def grpc_gzip(address: str) -> list[Row]:
    """Send a message that is compressed."""
    rows = people(500, 22)
    over_grpc(address, "people", [matrix(rows)], "gzip")
    return rows


def grpc_columns(address: str) -> list[Row]:
    """Send a tensor for each feature, text among them."""
    rows = people(40, 23)
    over_grpc(address, "columns", series(rows))
    return rows


def grpc_large(address: str) -> list[Row]:
    """Send more than the window of a stream holds, so that the message comes in many frames."""
    rows = people(20_000, 24)
    over_grpc(address, "people", [matrix(rows)])
    return rows


def grpc_typed(address: str) -> list[Row]:
    """Send typed contents, several calls on one connection."""
    rows = people(30, 25)
    with grpc.insecure_channel(address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        for start in range(0, 30, 10):
            part = rows[start : start + 10]
            tensor = service_pb2.ModelInferRequest.InferInputTensor(name="people", datatype="FP32", shape=[10, 4])
            tensor.contents.fp32_contents.extend(float(value) for row in values(part) for value in row)
            stub.ModelInfer(service_pb2.ModelInferRequest(model_name="people", id="1", inputs=[tensor]), timeout=SECONDS)
    return rows


def grpc_stream(address: str) -> list[Row]:
    """Send several requests on one stream."""
    rows = people(30, 26)
    with grpc.insecure_channel(address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        asked = [_raw(rows[start : start + 10]) for start in range(0, 30, 10)]
        answers = list(stub.ModelStreamInfer(iter(asked), timeout=SECONDS))
    assert len(answers) == 3
    said = {answer.error_message for answer in answers}
    # MLServer answers with a bare ModelInferResponse: its first field is the model's name, and stands where others tell errors.
    assert said <= {"", "people"}, said
    return rows


def _raw(rows: list[Row]) -> service_pb2.ModelInferRequest:
    _, array, datatype = matrix(rows)
    tensor = service_pb2.ModelInferRequest.InferInputTensor(name="people", datatype=datatype, shape=array.shape)
    return service_pb2.ModelInferRequest(model_name="people", id="1", inputs=[tensor], raw_input_contents=[array.tobytes()])


def grpc_no_such_model(address: str) -> list[Row]:
    """Ask for a model that is not there."""
    with grpc.insecure_channel(address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        try:
            stub.ModelInfer(service_pb2.ModelInferRequest(model_name="nobody"), timeout=SECONDS)
        except grpc.RpcError:
            return []
    raise AssertionError("the model that is not there answered")


_HTTP: list[Call] = [
    binary_tensor,
    binary_gzip,
    binary_deflate,
    binary_half,
    binary_columns,
    json_tensors,
    json_by_hand,
    json_gzip,
    no_such_model,
]
_GRPC: list[Call] = [grpc_raw, grpc_gzip, grpc_columns, grpc_large, grpc_typed, grpc_stream, grpc_no_such_model]
CALLS = {"http": _HTTP, "grpc": _GRPC}
