"""The servers: how each is started, where it listens, and what of its answers differs from one answer to the next.

Words in braces are filled in: ``{bin}`` is the folder of programs of its own environment, ``{folder}`` an empty one of its
own, ``{libraries}`` that of the library of this Python, which Triton loads; ``{http}``, ``{grpc}`` and ``{metrics}`` are free
ports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

BINARY = ("binary_tensor", "binary_gzip", "binary_deflate", "binary_half", "binary_columns")
"""Calls with the extension for binary tensors."""

_PYTHON = ("{bin}/python", "-m")
_MODELS = "tests.servers.models"


@dataclass(frozen=True)
class Server:
    """One model server.

    Attributes
    ----------
    name
        The name of its file in `tests.servers.models`, and of its requirements.
    package
        The distribution whose version is the server's.
    command, prepare
        What starts it, and what is run before.
    ready
        The path that answers 200 once models are served.
    doors
        Where clients may knock.
    clients
        The modules of `tests.servers` with its clients' calls, in order.
    without
        Calls that it cannot answer, and why.
    volatile
        Regular expressions of what differs between two answers to the same request, besides the date.
    """

    name: str
    package: str
    command: tuple[str, ...]
    ready: str
    doors: tuple[str, ...] = ("http",)
    prepare: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    volatile: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)


SERVERS = (
    Server(
        name="fastapi",
        package="fastapi",
        command=(*_PYTHON, "uvicorn", f"{_MODELS}.fastapi_model:app", "--host", "127.0.0.1", "--port", "{http}"),
        ready="/openapi.json",
        clients=("models.fastapi_model",),
    ),
    Server(
        name="kserve",
        package="kserve",
        command=(*_PYTHON, f"{_MODELS}.kserve_model", "{http}", "{grpc}"),
        ready="/v2/health/ready",
        doors=("http", "grpc"),
        clients=("models.kserve_model", "open_inference"),
        without={
            "binary_gzip": "it unpacks no bodies",
            "binary_deflate": "it unpacks no bodies",
            "json_gzip": "it unpacks no bodies",
            "json_tensors": "it reads no JSON without its Content-Type, which tritonclient leaves out",
            "grpc_stream": "it has no such method",
        },
    ),
    Server(
        name="bentoml",
        package="bentoml",
        command=("{bin}/bentoml", "serve", f"{_MODELS}.bentoml_model:People", "--host", "127.0.0.1", "--port", "{http}"),
        ready="/readyz",
        clients=("models.bentoml_model",),
        volatile=(r"(?m)^x-bentoml-request-id: \w+",),
        environ={"BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": "{folder}"},
    ),
    Server(
        name="mlserver",
        package="mlserver",
        command=("{bin}/mlserver", "start", "{folder}"),
        ready="/v2/health/ready",
        doors=("http", "grpc"),
        clients=("models.mlserver_model", "open_inference"),
        without=dict.fromkeys(BINARY, "it reads no binary tensors over HTTP"),
        prepare=(*_PYTHON, f"{_MODELS}.mlserver_model", "{folder}", "{http}", "{grpc}", "{metrics}"),
    ),
    Server(
        name="mlflow",
        package="mlflow",
        command=(
            *("{bin}/mlflow", "models", "serve", "--env-manager", "local"),
            *("--model-uri", "{folder}/model", "--host", "127.0.0.1", "--port", "{http}"),
        ),
        ready="/ping",
        clients=("models.mlflow_model",),
        prepare=(*_PYTHON, f"{_MODELS}.mlflow_model", "{folder}/model"),
        environ={"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": "sqlite:///{folder}/mlflow.db"},
    ),
    Server(
        name="seldon",
        package="seldon-core",
        command=(
            *("{bin}/seldon-core-microservice", f"{_MODELS}.seldon_model.People", "--service-type", "MODEL"),
            *("--http-port", "{http}", "--grpc-port", "{grpc}", "--metrics-port", "{metrics}"),
        ),
        ready="/health/ping",
        doors=("http", "grpc"),
        clients=("models.seldon_model",),
    ),
    Server(
        name="triton",
        package="nvidia-pytriton",
        command=(*_PYTHON, f"{_MODELS}.triton_model", "{http}", "{grpc}", "{metrics}"),
        ready="/v2/models/columns/ready",
        doors=("http", "grpc"),
        clients=("open_inference",),
        without={"binary_half": "its model takes FP32 alone"},
        environ={"LD_LIBRARY_PATH": "{libraries}"},
    ),
)
