"""A real gRPC client and server with the sidecar between them: nothing changes for them, and every row is counted."""

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from tests.decode.proto import floats, ints, part
from tests.relay.running import SECONDS, Sidecar, resident, until
from tests.system.monitor import rows

UNARY = "/inference.GRPCInferenceService/ModelInfer"
STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
MEBIBYTE = 1 << 20
LARGE = [("grpc.max_receive_message_length", 16 * MEBIBYTE), ("grpc.max_send_message_length", 16 * MEBIBYTE)]


def answer(data: bytes) -> bytes:
    """Return what the model answers: a tensor, and the request's size in it."""
    return part(1, "model") + part(5, part(1, "score") + part(2, "FP32") + ints(3, [1]) + part(5, floats(6, [len(data)])))


def infer(data: bytes, context: grpc.ServicerContext) -> bytes:
    """Answer a call, or refuse it if it asks for that."""
    if data.startswith(part(1, "nope")):
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown model")
    return answer(data)


def stream(requests: Iterator[bytes], _context: grpc.ServicerContext) -> Iterator[bytes]:
    """Answer one request after the other."""
    for data in requests:
        yield part(2, answer(data))


METHODS = {
    "ModelInfer": grpc.unary_unary_rpc_method_handler(infer),
    "ModelStreamInfer": grpc.stream_stream_rpc_method_handler(stream),
}
HANDLER = grpc.method_handlers_generic_handler("inference.GRPCInferenceService", METHODS)


def request(ages: list[float], model: str = "model") -> bytes:
    """Return a request with a row for each age, in a typed and a raw form by turns."""
    raw = struct.pack(f"<{len(ages)}d", *ages)
    tensors = [part(1, name) + part(2, "FP64") + ints(3, [len(ages), 1]) for name in ("age", "income")]
    if len(ages) % 2:
        return part(1, model) + b"".join(part(5, each + part(5, part(7, raw))) for each in tensors)
    return part(1, model) + b"".join(part(5, each) for each in tensors) + part(7, raw) * 2


@pytest.fixture
def upstream() -> Iterator[str]:
    """A gRPC server."""
    server = grpc.server(ThreadPoolExecutor(4), handlers=[HANDLER], options=LARGE)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait(SECONDS)


@pytest.fixture
def between(upstream: str, baseline: Path) -> Iterator[Sidecar]:
    """The sidecar, with an engine that reads everything."""
    environ = {"DRIFT_BASELINE": str(baseline), "DRIFT_DRAIN": "0", "DRIFT_TAP__CPU": "2", "DRIFT_TAP__BUFFER": "64MiB"}
    running = Sidecar(upstream, environ)
    try:
        running.event("engine_up")
        yield running
    finally:
        running.reap()


def test_every_row_of_every_call_is_counted(between: Sidecar, upstream: str) -> None:
    """Many calls at once on one connection, some compressed, some failing, a large one, and a stream that stays open."""
    sizes = [1 + number % 5 for number in range(60)]
    calls = [request([20.0 + row for row in range(size)]) for size in sizes] + [request([30.0] * 60_000)]
    host, port = between.traffic
    with (
        grpc.insecure_channel(f"{host}:{port}", options=LARGE) as channel,
        grpc.insecure_channel(upstream, options=LARGE) as direct,
        ThreadPoolExecutor(8) as pool,
    ):
        ask, ask_directly = channel.unary_unary(UNARY), direct.unary_unary(UNARY)
        codings = [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate]
        told = [pool.submit(ask, data, timeout=SECONDS, compression=codings[number % 3]) for number, data in enumerate(calls)]
        assert [each.result() for each in told] == [ask_directly(data, timeout=SECONDS) for data in calls]
        with pytest.raises(grpc.RpcError, match="unknown model"):
            ask(request([1.0], "nope"), timeout=SECONDS)
        questions = iter([request([40.0]), request([41.0, 42.0])])
        talk = channel.stream_stream(STREAM)(questions, timeout=SECONDS)
        assert len(list(talk)) == 2
        expected = sum(sizes) + 60_000 + 3
        until(lambda: rows(between) == expected, lambda: f"{rows(between)} of {expected} rows are counted")
    engine = between.event("engine_started")["pid"]
    assert resident(engine) < 130 * MEBIBYTE, resident(engine) // MEBIBYTE
