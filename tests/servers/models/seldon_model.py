"""A Python class behind seldon-core-microservice, over HTTP and gRPC, with requests, Seldon's client and its stub."""

import json

import grpc
import numpy as np
import requests
from seldon_core.proto import prediction_pb2, prediction_pb2_grpc
from seldon_core.seldon_client import SeldonClient

from tests.servers.people import FEATURES, Row, people, score, values


class People:
    """What Seldon wraps: any class with a method of this name."""

    def predict(self, features: object, names: object = None, meta: object = None) -> np.ndarray | list[float]:
        """Score rows, or the object of jsonData."""
        del names, meta
        if isinstance(features, dict):
            return [score(*row) for row in features["rows"]] if "rows" in features else [score(**features)]
        return np.asarray([score(*row) for row in np.asarray(features, dtype=float)])


def ask(address: str, document: object, status: int = 200) -> None:
    """Post a message."""
    answer = requests.post(f"http://{address}/api/v1.0/predictions", json=document, timeout=10)
    assert answer.status_code == status, answer.text


def ndarray(address: str) -> list[Row]:
    """Send lists, with names in another order than the baseline's."""
    rows = people(21, 1)
    names = FEATURES[::-1]
    ask(address, {"data": {"names": names, "ndarray": [[row[name] for name in names] for row in rows]}})
    return rows


def tensor(address: str) -> list[Row]:
    """Send a tensor without names."""
    rows = people(22, 2)
    flat = [value for row in values(rows) for value in row]
    ask(address, {"data": {"tensor": {"shape": [len(rows), 4], "values": flat}}})
    return rows


def json_data(address: str) -> list[Row]:
    """Send an object of one's own."""
    rows = people(3, 3)
    for row in rows:
        ask(address, {"jsonData": row})
    return rows


def form(address: str) -> list[Row]:
    """Send a message as the field of a form."""
    rows = people(23, 4)
    field = json.dumps({"data": {"names": FEATURES, "ndarray": values(rows)}})
    requests.post(f"http://{address}/api/v1.0/predictions", data={"json": field}, timeout=10).raise_for_status()
    return rows


def own_client(address: str) -> list[Row]:
    """Use Seldon's client, which sends a tensor with names."""
    rows = people(24, 5)
    client = SeldonClient(microservice_endpoint=address, call_credentials=None)
    answer = client.microservice(
        data=np.asarray(values(rows), dtype=float), names=list(FEATURES), transport="rest", method="predict"
    )
    assert answer.success, answer.msg
    return rows


def a_mistake(address: str) -> list[Row]:
    """Send what is no message."""
    ask(address, {"nothing": 1}, 400)
    return []


def grpc_tensor(address: str) -> list[Row]:
    """Send a tensor with names through the stub."""
    rows = people(25, 6)
    flat = [float(value) for row in values(rows) for value in row]
    tensor = prediction_pb2.Tensor(shape=[len(rows), 4], values=flat)
    message = prediction_pb2.SeldonMessage(data=prediction_pb2.DefaultData(names=FEATURES, tensor=tensor))
    with grpc.insecure_channel(address) as channel:
        prediction_pb2_grpc.ModelStub(channel).Predict(message, timeout=10)
    return rows


def grpc_ndarray(address: str) -> list[Row]:
    """Send protobuf's lists of values."""
    rows = people(26, 7)
    message = prediction_pb2.SeldonMessage()
    message.data.names.extend(FEATURES)
    message.data.ndarray.extend(values(rows))
    with grpc.insecure_channel(address) as channel:
        prediction_pb2_grpc.ModelStub(channel).Predict(message, timeout=10)
    return rows


CALLS = {"http": [ndarray, tensor, json_data, form, own_client, a_mistake], "grpc": [grpc_tensor, grpc_ndarray]}
