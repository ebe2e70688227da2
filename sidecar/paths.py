"""Which request paths carry predictions, as long as nobody says otherwise.

A model server answers more than predictions: probes, metrics, schemas, its own pages. Reading all of it as rows would fill the
counters with refusals that mean nothing, so the tap decodes only the paths that the supported servers use for predictions. A
model that answers elsewhere names its path in ``tap.paths``.

In a glob, ``*`` stands for any characters within one segment of the path, ``?`` for one of them, and ``**`` as a whole segment
for any number of segments. `sidecar.exchange.paths` does the matching; the list stands alone here because the settings need
it, and the relay, which reads the settings, imports no HTTP parser.
"""

from typing import Final

DEFAULT_PATHS: Final = (
    # Written by hand (FastAPI, Flask, Ray Serve), LitServe, and BentoML's methods, whose names become paths: /predict_df
    "/predict",
    "/predict/",
    "/predict/**",
    "/predict_*",
    "/api/predict",
    "/api/*/predict",
    "/v1/predict",
    "/model/predict",
    "/inference",
    "/classify",
    "/form",
    "/raw",
    # The same, for answers that are streamed, and rows that are
    "/stream",
    "/sse",
    "/ndjson",
    # MLflow and SageMaker; multi-model-server names the model
    "/invocations",
    "/models/*/invoke",
    # KServe V1 and TensorFlow Serving, with the version or label that the path may name
    "/v1/models/*:predict",
    "/v1/models/*:classify",
    "/v1/models/*:regress",
    "/v1/models/*/*/*:predict",
    "/v1/models/*/*/*:classify",
    "/v1/models/*/*/*:regress",
    # KServe V2, also called the Open Inference Protocol: Triton, MLServer, KServe
    "/v2/models/**/infer",
    "/v2/models/**/infer_stream",
    "/v2/models/**/generate",
    "/v2/models/**/generate_stream",
    # Seldon, in its pod and behind its gateway
    "/api/v*/predictions",
    "/seldon/**/api/v*/predictions",
    # TorchServe
    "/predictions/**",
    # gRPC: KServe V2, TensorFlow Serving, and Seldon's components and graphs
    "/inference.GRPCInferenceService/ModelInfer",
    "/inference.GRPCInferenceService/ModelStreamInfer",
    "/tensorflow.serving.PredictionService/Predict",
    "/tensorflow.serving.PredictionService/Classify",
    "/tensorflow.serving.PredictionService/Regress",
    "/seldon.protos.*/Predict",
    # Azure ML's inference server, and what many call it themselves
    "/score",
    "/infer",
)
"""The predict paths of the supported servers, as globs."""
