"""What servers and clients send beyond the recordings, by the documentation of their formats."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from sidecar.columns import Columns
from sidecar.decode import Decoded, Mapping, decode, predictions
from sidecar.exchange import Exchange, Headers
from sidecar.reasons import TapReason
from tests.decode.payloads import JSON, MAX_BODY, exchange, read, reason, rows

ORDER = ("age", "income", "plan")
A: dict[str, object] = {"age": 35, "income": 1.5, "plan": "pro"}
B: dict[str, object] = {"age": 36, "income": None, "plan": "free"}
ROWS = [A, B]
LISTS = [[*A.values()], [*B.values()]]
COLUMNS = {name: [A[name], B[name]] for name in ORDER}
SPLIT = {"columns": [*ORDER], "index": [0, 1], "data": LISTS}


def tensor(name: str, datatype: str, shape: list[int], data: object) -> dict[str, object]:
    """Return a tensor of the Open Inference Protocol."""
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


TENSORS = [
    tensor("age", "INT64", [2, 1], [35, 36]),
    tensor("income", "FP64", [2], [1.5, None]),
    tensor("plan", "BYTES", [2, 1], [["pro"], ["free"]]),
]


@pytest.mark.parametrize(
    ("document", "format_"),
    [
        ({"instances": ROWS, "signature_name": "serving_default"}, "kserve_v1"),
        ({"instances": [{name: [value] for name, value in row.items()} for row in ROWS]}, "kserve_v1"),
        ({"inputs": COLUMNS}, "inputs"),
        ({"inputs": {name: [[value] for value in column] for name, column in COLUMNS.items()}}, "inputs"),
        ({"inputs": LISTS}, "inputs"),
        ({"inputs": ROWS}, "inputs"),
        ({"inputs": SPLIT, "params": {"x": 1}}, "inputs"),
        ({"signature_name": "classify", "examples": [{name: [row[name]] for name in row} for row in ROWS]}, "wrapped"),
        ({"inputs": TENSORS, "id": "1", "parameters": {"content_type": "pd"}}, "v2_json"),
        ({"dataframe_split": SPLIT, "params": {"bias": 1}}, "dataframe_split"),
        ({"dataframe_split": {"data": LISTS}}, "dataframe_split"),
        ({"dataframe_records": ROWS}, "dataframe_records"),
        ({"data": {"names": [*ORDER], "ndarray": LISTS}, "meta": {}}, "seldon"),
        ({"data": {"ndarray": LISTS}}, "seldon"),
        ({"jsonData": ROWS}, "seldon"),
        ({"jsonData": {"instances": ROWS}}, "seldon"),
        ({"rows": ROWS, "threshold": 0.5}, "wrapped"),
        ({"df": COLUMNS}, "wrapped"),
        ({"anything": LISTS}, "wrapped"),
        ({"input_data": SPLIT}, "wrapped"),
        ({"Inputs": {"data": ROWS}, "GlobalParameters": 1.0}, "wrapped"),
        ({"data": LISTS, "method": "predict"}, "wrapped"),
        ({"features": LISTS}, "features"),
        (COLUMNS, "columns"),
        (SPLIT, "columns"),
        ({name: {"0": column[0], "1": column[1]} for name, column in COLUMNS.items()}, "columns"),
        (ROWS, "records"),
        (LISTS, "records"),
        ({"specversion": "1.0", "type": "predict", "id": "1", "source": "/", "data": {"instances": ROWS}}, "cloudevent"),
        ({"specversion": "1.0", "data_base64": base64.b64encode(json.dumps(COLUMNS).encode()).decode()}, "cloudevent"),
    ],
)
def test_json_of_every_kind_gives_the_same_rows(document: object, format_: str) -> None:
    """Whatever stands around them."""
    result = read(document, order=ORDER)
    assert rows(result) == ROWS
    assert isinstance(result, Decoded)
    assert result.format == format_
    assert rows(read(document, order=ORDER, only=format_)) == ROWS


CSV = b"age,income,plan\n35,1.5,pro\n36,,free\n"
HEADLESS = b"35,1.5,pro\n36,,free\n"


@pytest.mark.parametrize(
    ("body", "content_type", "format_"),
    [
        (CSV, b"text/csv", "csv"),
        (CSV.replace(b"\n", b"\r\n").rstrip(), b"text/csv; charset=utf-8", "csv"),
        (b"\xef\xbb\xbf" + CSV, b"text/csv", "csv"),
        (CSV.decode().encode("utf-16"), b"text/csv; charset=UTF-16", "csv"),
        (CSV.replace(b",", b";"), b"text/csv", "csv"),
        (CSV.replace(b",", b"\t"), b"text/tab-separated-values", "csv"),
        (CSV, b"", "csv"),
        (b',age,income,plan\n0,35,1.5,pro\n1,36,,"free"\n', b"text/csv", "csv"),
        (HEADLESS, b"text/csv", "csv"),
        (HEADLESS, b"text/csv; header=absent", "csv"),
        (HEADLESS, b"", "csv"),
        (CSV, b"text/csv; header=present", "csv"),
        (b"".join(json.dumps(row).encode() + b"\n" for row in ROWS), b"application/x-ndjson", "ndjson"),
        (b"\n\n".join(json.dumps(row).encode() for row in ROWS), b"", "ndjson"),
        (b"\n".join(json.dumps(row).encode() for row in LISTS), b"application/jsonlines", "ndjson"),
        (b"\r\n".join(json.dumps({"features": row}).encode() for row in LISTS), b"application/jsonlines", "ndjson"),
        (b"\n".join(json.dumps({"instances": [row]}).encode() for row in ROWS), b"application/json", "ndjson"),
        (b"age=35&age=36&income=1.5&income=&plan=pro&plan=free", b"application/x-www-form-urlencoded", "form"),
        (b"json=" + json.dumps(ROWS).replace('"', "%22").encode(), b"application/x-www-form-urlencoded", "form"),
        (json.dumps(ROWS).encode(), b"application/x-www-form-urlencoded", "records"),
        (json.dumps(ROWS).encode("utf-16"), b"application/json; charset=utf-16", "records"),
    ],
)
def test_text_of_every_kind_gives_the_same_rows(body: bytes, content_type: bytes, format_: str) -> None:
    """With or without a header, a type, a final line end."""
    result = read(body, order=ORDER, headers={b"content-type": content_type})
    assert rows(result) == ROWS
    assert isinstance(result, Decoded)
    assert result.format == format_


def multipart(*parts: tuple[str, str, bytes]) -> bytes:
    """Return a body of parts, each with further fields of its head."""
    pieces = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"{head}\r\n\r\n'.encode() + body + b"\r\n"
        for name, head, body in parts
    ]
    return b"".join(pieces) + b"--b--\r\n"


FILE = '; filename="rows.csv"\r\nContent-Type: text/csv'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (multipart(("age", "", b"35"), ("income", "", b"1.5"), ("plan", "", b"pro")), [A]),
        (multipart(("data", FILE, CSV)), ROWS),
        (multipart(("note", "", b"hello"), ("data", FILE, CSV)), ROWS),
        (multipart(("data", "", json.dumps(ROWS).encode())), ROWS),
        (multipart(("body", "\r\nContent-Type: application/json", json.dumps({"instances": ROWS}).encode())), ROWS),
    ],
)
def test_parts_are_fields_or_documents(body: bytes, expected: list[dict[str, object]]) -> None:
    """As BentoML and TorchServe take them."""
    assert rows(read(body, order=ORDER, headers={b"content-type": b'multipart/form-data; boundary="b"'})) == expected


@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_features_in_the_query(method: bytes) -> None:
    """Of a request that has no body."""
    one = exchange(b"", headers={})._replace(method=method, target=b"/score?age=35&income=1.5&plan=pro%20plus#x")
    assert rows(decode(one, order=ORDER, max_body=MAX_BODY)) == [{"age": 35, "income": 1.5, "plan": "pro plus"}]


def test_a_query_beside_a_body_is_none_of_the_rows() -> None:
    """It has parameters."""
    one = exchange(json.dumps(A).encode())._replace(target=b"/predict?verbose=1")
    assert rows(decode(one, order=ORDER, max_body=MAX_BODY)) == [A]


BINARY: list[tuple[str, Any, list[object]]] = [
    ("BOOL", np.array([True, False]), [True, False]),
    ("INT8", np.array([-1, 2], "i1"), [-1, 2]),
    ("UINT8", np.array([1, 255], "u1"), [1, 255]),
    ("INT16", np.array([-300, 2], "<i2"), [-300, 2]),
    ("UINT16", np.array([1, 65535], "<u2"), [1, 65535]),
    ("INT32", np.array([-70000, 2], "<i4"), [-70000, 2]),
    ("UINT32", np.array([1, 2**32 - 1], "<u4"), [1, 2**32 - 1]),
    ("INT64", np.array([-(2**63), 2], "<i8"), [-(2**63), 2]),
    ("UINT64", np.array([1, 2**64 - 1], "<u8"), [1, 2**64 - 1]),
    ("FP16", np.array([0.5, -2], "<f2"), [0.5, -2.0]),
    ("BF16", np.array([0x3FC0, 0xC000], "<u2"), [1.5, -2.0]),
    ("FP32", np.array([0.1, -2], "<f4"), [float(np.float32(0.1)), -2.0]),
    ("FP64", np.array([0.1, -2], "<f8"), [0.1, -2.0]),
]


def binary(listed: list[dict[str, Any]], data: bytes) -> Exchange:
    """Return a request with the binary tensor extension."""
    head = json.dumps({"inputs": listed}).encode()
    return exchange(head + data, "/v2/models/m/infer", {b"inference-header-content-length": b"%d" % len(head)})


def listed(name: str, datatype: object, shape: object, size: object) -> dict[str, Any]:
    """Return what the header says of a tensor."""
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": size}}


@pytest.mark.parametrize(("datatype", "array", "values"), BINARY)
def test_every_datatype_is_read_from_its_bytes(datatype: str, array: Any, values: list[object]) -> None:
    """As NumPy wrote them; numbers stay an array."""
    result = decode(binary([listed("x", datatype, [2], array.nbytes)], array.tobytes()), order=(), max_body=MAX_BODY)
    assert isinstance(result, Decoded)
    assert isinstance(result.columns, Columns)
    column = result.columns.values["x"]
    assert isinstance(column, np.ndarray)
    assert column.tolist() == values


def test_texts_have_their_length_before_them() -> None:
    """Four bytes, little-endian."""
    data = b"".join(len(text).to_bytes(4, "little") + text for text in (b"pro", b"", "größe".encode(), b"\xff"))
    one = binary([listed("plan", "BYTES", [4, 1], len(data))], data)
    found = decode(one, order=(), max_body=MAX_BODY)
    assert [row["plan"] for row in rows(found)] == ["pro", "", "größe", "\ufffd"]


@pytest.mark.parametrize(
    ("tensors", "data"),
    [
        ([listed("x", "FP32", [2], 8)], bytes(7)),
        ([listed("x", "FP32", [2], 8)], bytes(9)),
        ([listed("x", "FP32", [3], 8)], bytes(8)),
        ([listed("x", "FP32", [-2], 8)], bytes(8)),
        ([listed("x", "FP32", "2", 8)], bytes(8)),
        ([listed("x", "FP31", [2], 8)], bytes(8)),
        ([listed("x", {}, [2], 8)], bytes(8)),
        ([listed("x", "FP32", [2], -8)], bytes(8)),
        ([listed("x", "FP32", [2], 8.0)], bytes(8)),
        ([listed("x", "BYTES", [2], 8)], bytes(9)),
        ([listed("x", "BYTES", [1], 8)], b"\5\0\0\0abcd"),
        ([listed("x", "BYTES", [1], 8)], b"\3\0\0\0abcd"),
        ([listed("x", "BYTES", [2**62], 8)], bytes(8)),
        ([listed("x", "FP32", [1], 4), listed("y", "FP32", [2], 8)], bytes(12)),
        ([{"name": "x", "datatype": "FP32", "shape": [1]}], b""),
        ([[]], b""),
        ([], b""),
    ],
)
def test_tensors_that_do_not_fit_their_header_are_refused(tensors: list[dict[str, Any]], data: bytes) -> None:
    """Nothing is read across a boundary."""
    assert reason(decode(binary(tensors, data), order=(), max_body=MAX_BODY)) is TapReason.BAD_ENVELOPE


@pytest.mark.parametrize("length", [b"x", b"-1", b"", b"9999", b"1" * 20])
def test_a_header_length_that_does_not_fit_is_refused(length: bytes) -> None:
    """It comes from the client."""
    one = binary([listed("x", "FP32", [1], 4)], bytes(4))._replace(request_headers={b"inference-header-content-length": length})
    assert reason(decode(one, order=(), max_body=MAX_BODY)) is TapReason.BAD_ENVELOPE


@pytest.mark.parametrize(
    ("shape", "order", "names"),
    [
        ([2, 3], (), ["0", "1", "2"]),
        ([2, 3], ORDER, [*ORDER]),
        ([2, 3, 1], ORDER, [*ORDER]),
        ([1, 6], (), ["0", "1", "2", "3", "4", "5"]),
        ([6], (), ["x"]),
        ([6, 1], (), ["x"]),
        ([6, 1], ("x", "y"), ["x"]),
        ([6, 1], ("age",), ["age"]),
        ([6], ("a", "b", "c", "d", "e", "f"), ["a", "b", "c", "d", "e", "f"]),
        ([2, 3], ("x", "y"), None),
        ([6, 1], ("a", "b"), None),
    ],
)
def test_one_tensor_takes_names_from_the_baseline_or_has_its_own(
    shape: list[int], order: tuple[str, ...], names: list[str] | None
) -> None:
    """A width that does not fit is refused."""
    result = read({"inputs": [tensor("x", "FP32", shape, [*range(6)])]}, order=order)
    if names is None:
        assert reason(result) is TapReason.WIDTH_MISMATCH
    else:
        assert [*rows(result)[0]] == names


def test_a_wide_tensor_among_others_numbers_its_columns() -> None:
    """After its own name."""
    listed_ = [tensor("age", "INT64", [2], [1, 2]), tensor("v", "FP32", [2, 2], [3, 4, 5, 6])]
    assert rows(read({"inputs": listed_})) == [{"age": 1, "v.0": 3, "v.1": 4}, {"age": 2, "v.0": 5, "v.1": 6}]


def answered(body: bytes, headers: Headers = JSON, mapping: Mapping | None = None) -> dict[str, list[object]]:
    """Return what an answer predicts."""
    one = exchange(b"{}")._replace(response_body=body, response_headers=headers)
    return {name: [*column] for name, column in predictions(one, max_body=MAX_BODY, mapping=mapping).items()}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"predictions": [0, 1]}, {"prediction": [0, 1]}),
        ({"predictions": [[0.1], [0.2]]}, {"prediction": [0.1, 0.2]}),
        ({"predictions": [[0.1, 0.9]]}, {"prediction.0": [0.1], "prediction.1": [0.9]}),
        ({"predictions": [{"label": "a", "p": [0.1, 0.9]}]}, {"label": ["a"], "p.0": [0.1], "p.1": [0.9]}),
        ({"outputs": [[0.1], [0.2]]}, {"prediction": [0.1, 0.2]}),
        ({"outputs": {"score": [[0.1], [0.2]], "label": ["a", "b"]}}, {"score": [0.1, 0.2], "label": ["a", "b"]}),
        ({"outputs": [tensor("y", "FP32", [2, 1], [0.1, 0.2])]}, {"prediction": [0.1, 0.2]}),
        ({"data": {"names": ["t:0"], "ndarray": [[0.1], [0.2]]}}, {"prediction": [0.1, 0.2]}),
        ({"data": {"tensor": {"shape": [2, 2], "values": [1, 2, 3, 4]}}}, {"prediction.0": [1, 3], "prediction.1": [2, 4]}),
        ({"score": 0.5, "model_version": "7"}, {"prediction": [0.5]}),
        ({"score": 0.5, "label": "a", "id": "x"}, {"score": [0.5], "label": ["a"]}),
        ([0.1, 0.2], {"prediction": [0.1, 0.2]}),
        (0.5, {"prediction": [0.5]}),
        ("ham", {"prediction": ["ham"]}),
        (None, {}),
        ([], {}),
        ({}, {}),
        ({"model_version": "7"}, {}),
        ([[1], [1, 2]], {}),
    ],
)
def test_answers_predict(document: object, expected: dict[str, list[object]]) -> None:
    """The only output is called ``prediction``, several have their own names."""
    assert answered(json.dumps(document).encode()) == expected


EVENT = json.dumps({"outputs": [tensor("y", "BYTES", [1], ["a"])]}).encode()


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"0.5\n0.25\n", b"text/csv", {"prediction": [0.5, 0.25]}),
        (b"0.5,a\n0.25,b", b"text/csv", {"prediction.0": [0.5, 0.25], "prediction.1": ["a", "b"]}),
        (b"data: %s\n\ndata: [DONE]\n\n" % EVENT, b"text/event-stream", {"prediction": ["a"]}),
        (b"data: a\n\ndata: b\n\n", b"text/event-stream; charset=utf-8", {"prediction": ["a", "b"]}),
        (b"a b c", b"text/event-stream", {"prediction": ["a b c"]}),
        (b'{"score": 1}\n{"score": 2}\n', b"application/x-ndjson", {"prediction": [1, 2]}),
        (b"<html>", b"text/html", {}),
        (b"\xff", b"application/json", {}),
        (b"", b"application/json", {}),
    ],
)
def test_streams_and_texts_predict(body: bytes, content_type: bytes, expected: dict[str, list[object]]) -> None:
    """What is no prediction is none."""
    assert answered(body, {b"content-type": content_type}) == expected


MINE = {"job": {"items": [{"x": {"age": 1}}, {"x": {"age": 2}}], "cells": [[1, 2]], "names": ["a", "b"], "one": [1, 2]}}


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        ({"rows": "job.items[].x"}, [{"age": 1}, {"age": 2}]),
        ({"rows": "job.cells", "names": "job.names"}, [{"a": 1, "b": 2}]),
        ({"rows": "job.one", "names": "job.names"}, [{"a": 1, "b": 2}]),
        ({"rows": "job.cells"}, [{"0": 1, "1": 2}]),
        ({"rows": "job.names"}, [{"0": "a", "1": "b"}]),
        ({"rows": "job.cells", "names": "job.names[:1]"}, TapReason.WIDTH_MISMATCH),
        ({"rows": "`5`"}, TapReason.BAD_ENVELOPE),
        ({"rows": "sum(job.names)"}, TapReason.BAD_ENVELOPE),
        ({"rows": "nothing"}, TapReason.UNKNOWN_FORMAT),
    ],
)
def test_a_mapping_finds_rows_in_a_format_of_ones_own(expressions: dict[str, str], expected: object) -> None:
    """Where it finds nothing, the known formats are tried."""
    result = decode(exchange(json.dumps(MINE).encode()), order=(), max_body=MAX_BODY, mapping=Mapping(**expressions))
    assert (reason(result) if isinstance(expected, TapReason) else rows(result)) == expected


def test_a_mapping_finds_predictions() -> None:
    """In the answer."""
    assert answered(b'{"r": {"p": [1, 2], "q": 3}}', mapping=Mapping(prediction="r.p")) == {"prediction": [1, 2]}
