"""KServe's own ModelServer, over V1 and V2, HTTP and gRPC, with KServe's own clients and tritonclient."""

import asyncio
import sys

import httpx
import numpy as np
import requests
from kserve import (
    InferenceGRPCClient,
    InferenceRESTClient,
    InferInput,
    InferRequest,
    InferResponse,
    Model,
    ModelServer,
    RESTConfig,
)
from kserve.utils.utils import get_predict_response

from tests.servers.people import Row, people, score, values


class People(Model):
    """Answers to both protocols."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.ready = True

    def predict(self, payload: object, headers: object = None, response_headers: object = None) -> object:
        """Score rows of any form."""
        del headers, response_headers
        if not isinstance(payload, InferRequest):
            rows = payload["instances"]  # type: ignore[index] # V1
            return {"predictions": [score(**row) if isinstance(row, dict) else score(*row) for row in rows]}
        arrays = [tensor.as_numpy() for tensor in payload.inputs]
        rows = arrays[0] if len(arrays) == 1 else np.concatenate([array.astype(float) for array in arrays], axis=1)
        return get_predict_response(payload, np.asarray([score(*row) for row in rows], dtype=np.float32), self.name)


def v1_rows(address: str) -> list[Row]:
    """Send V1 objects through requests and V1 lists through httpx."""
    named, unnamed = people(30, 1), people(20, 2)
    url = f"http://{address}/v1/models/people:predict"
    requests.post(url, json={"instances": named}, timeout=10).raise_for_status()
    httpx.post(url, json={"instances": values(unnamed)}, timeout=10).raise_for_status()
    return [*named, *unnamed]


def own_client(address: str) -> list[Row]:
    """Use KServe's client with either protocol, as JSON and as bytes."""
    first, second, third = people(12, 3), people(13, 4), people(14, 5)

    async def ask() -> None:
        client = InferenceRESTClient(RESTConfig(protocol="v1", timeout=10))
        await client.infer(f"http://{address}", {"instances": values(first)}, model_name="people")
        client = InferenceRESTClient(RESTConfig(protocol="v2", timeout=10))
        await client.infer(f"http://{address}", _request(second, binary=False), model_name="people")
        await client.infer(f"http://{address}", _request(third, binary=True), model_name="people")

    asyncio.run(ask())
    return [*first, *second, *third]


def _request(rows: list[Row], *, binary: bool) -> InferRequest:
    tensor = InferInput("people", [len(rows), 4], "FP32")
    tensor.set_data_from_numpy(np.asarray(values(rows), dtype=np.float32), binary_data=binary)
    return InferRequest("people", [tensor], request_id="1")


def own_grpc_client(address: str) -> list[Row]:
    """Use KServe's client over gRPC."""
    rows = people(15, 6)

    async def ask() -> InferResponse:
        async with InferenceGRPCClient(address, timeout=10) as client:
            return await client.infer(_request(rows, binary=True))

    asyncio.run(ask())
    return rows


CALLS = {"http": [v1_rows, own_client], "grpc": [own_grpc_client]}

if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[1]), grpc_port=int(sys.argv[2]), enable_latency_logging=False).start(
        [People("people"), People("columns")]
    )
