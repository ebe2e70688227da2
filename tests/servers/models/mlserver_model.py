"""MLServer with a model of one's own class. Run as a program, it writes the folder that `mlserver start` reads."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import requests
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse, RequestInput

from tests.servers.people import FEATURES, Row, people, score


def array(tensor: RequestInput) -> np.ndarray:
    """Return a tensor's numbers, also where they are text."""
    if tensor.datatype == "BYTES":
        return np.asarray([[float(text)] for text in StringCodec.decode_input(tensor)])
    decoded = np.asarray(NumpyCodec.decode_input(tensor), dtype=float)
    return decoded.reshape(-1, 1) if decoded.ndim == 1 else decoded


class People(MLModel):
    """Scores one tensor of rows, or a tensor for each feature."""

    async def load(self) -> bool:
        """Be ready."""
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score the rows."""
        rows = np.concatenate([array(tensor) for tensor in payload.inputs], axis=1)
        scores = np.asarray([score(*row) for row in rows], dtype=np.float32)
        return InferenceResponse(id=payload.id, model_name=self.name, outputs=[NumpyCodec.encode_output("score", scores)])

    async def predict_stream(self, payloads: AsyncIterator[InferenceRequest]) -> AsyncIterator[InferenceResponse]:
        """Score the rows of each request on a stream."""
        async for payload in payloads:
            yield await self.predict(payload)


def a_data_frame(address: str) -> list[Row]:
    """Send columns that are called a data frame."""
    rows = people(22, 1)
    columns = [
        {"name": name, "datatype": "INT64", "shape": [len(rows)], "data": [row[name] for row in rows]} for name in FEATURES
    ]
    body = {"id": "1", "parameters": {"content_type": "pd"}, "inputs": columns}
    requests.post(f"http://{address}/v2/models/people/infer", json=body, timeout=10).raise_for_status()
    return rows


CALLS = {"http": [a_data_frame]}

if __name__ == "__main__":
    folder, (http, grpc, metrics) = Path(sys.argv[1]), map(int, sys.argv[2:])
    places = {"host": "127.0.0.1", "http_port": http, "grpc_port": grpc, "metrics_port": metrics}
    (folder / "settings.json").write_text(json.dumps(places | {"parallel_workers": 0}), encoding="utf-8")
    for name in ("people", "columns"):
        settings = {"name": name, "implementation": f"{__package__}.mlserver_model.People"}
        (folder / name).mkdir()
        (folder / name / "model-settings.json").write_text(json.dumps(settings), encoding="utf-8")
