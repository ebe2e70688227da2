"""Triton itself, which PyTriton brings and starts, over HTTP and gRPC."""

import sys

import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from tests.servers.people import FEATURES, score

LARGEST = 32_768
OUTPUTS = [Tensor(name="score", dtype=np.float32, shape=(1,))]


@batch
def rows(people: np.ndarray) -> list[np.ndarray]:
    """Score one tensor of rows."""
    return [np.asarray([[score(*row)] for row in people], dtype=np.float32)]


@batch
def columns(age: np.ndarray, income: np.ndarray, tenure: np.ndarray, plan: np.ndarray) -> list[np.ndarray]:
    """Score a tensor for each feature; the last is text."""
    table = np.concatenate([age, income, tenure, plan.astype(float)], axis=1)
    return [np.asarray([[score(*row)] for row in table], dtype=np.float32)]


def main() -> None:
    """Serve both models until SIGTERM."""
    http, grpc, metrics = map(int, sys.argv[1:])
    config = TritonConfig(
        http_address="127.0.0.1",
        http_port=http,
        grpc_address="127.0.0.1",
        grpc_port=grpc,
        metrics_port=metrics,
        log_verbose=0,
    )
    series = [Tensor(name=name, dtype=np.float32, shape=(1,)) for name in FEATURES[:3]]
    with Triton(config=config) as triton:
        limit = ModelConfig(max_batch_size=LARGEST)
        triton.bind("people", rows, [Tensor(name="people", dtype=np.float32, shape=(4,))], OUTPUTS, config=limit)
        triton.bind("columns", columns, [*series, Tensor(name="plan", dtype=bytes, shape=(1,))], OUTPUTS, config=limit)
        triton.serve()


if __name__ == "__main__":
    main()
