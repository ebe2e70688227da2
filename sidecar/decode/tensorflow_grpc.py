"""TensorFlow Serving over gRPC: ``Predict`` with tensors by name, ``Classify`` and ``Regress`` with examples.

An example (``tf.Example``) is a row: each feature has a list of values of one type, mostly of one value. An empty list is a
missing value; a longer one becomes ``name.0``, ``name.1``, ... A context that all examples share belongs to each of them.
"""

from collections.abc import Iterable
from typing import Any, Final

from sidecar.decode.grpc import called, messages
from sidecar.decode.model import LONGEST_VERSION, Decoded, Payload, Row
from sidecar.decode.protobuf import VARINT, Field, Messages, many, numbers, packed, texts
from sidecar.decode.registry import By, register
from sidecar.decode.rows import WIDEST
from sidecar.decode.tensor_proto import SCHEMA, tensor_of
from sidecar.decode.tensors import MAX_TENSORS, Tensor, columns_of_tensors
from sidecar.exchange.model import Exchange, Refusal
from sidecar.reasons import TapReason

PREDICT: Final = "/tensorflow.serving.PredictionService/Predict"
CLASSIFY: Final = "/tensorflow.serving.PredictionService/Classify"
REGRESS: Final = "/tensorflow.serving.PredictionService/Regress"

_MESSAGES = Messages(
    "tensorflow",
    SCHEMA
    | {
        "Version": (Field(1, "value", "int64"),),
        "Model": (Field(2, "version", "Version"), Field(4, "version_label", "string")),
        "Named": (Field(1, "key", "string"), Field(2, "value", "Tensor")),
        "PredictRequest": (Field(1, "model_spec", "Model"), many(2, "tensors", "Named")),
        "PredictResponse": (many(1, "tensors", "Named"),),
        "BytesList": (many(1, "value", "bytes"),),
        "NumberList": (packed(1, "value"),),
        "Feature": (
            Field(1, "bytes_list", "BytesList"),
            Field(2, "float_list", "NumberList"),
            Field(3, "int64_list", "NumberList"),
        ),
        "NamedFeature": (Field(1, "key", "string"), Field(2, "value", "Feature")),
        "Features": (many(1, "feature", "NamedFeature"),),
        "Example": (Field(1, "features", "Features"),),
        "Examples": (many(1, "examples", "Example"), Field(2, "context", "Example")),
        "Input": (Field(1, "example_list", "Examples"), Field(2, "example_list_with_context", "Examples")),
        "ExamplesRequest": (Field(1, "model_spec", "Model"), Field(2, "input", "Input")),
        "Class": (Field(1, "label", "string"), Field(2, "score", "float")),
        "Classes": (many(1, "classes", "Class"),),
        "ClassifyResult": (many(1, "classifications", "Classes"),),
        "ClassifyResponse": (Field(1, "result", "ClassifyResult"),),
        "Regression": (Field(1, "value", "float"),),
        "RegressResult": (many(1, "regressions", "Regression"),),
        "RegressResponse": (Field(1, "result", "RegressResult"),),
    },
)


@register("tensorflow_grpc", By.HEADERS)
def tensorflow_grpc(payload: Payload) -> Decoded | Refusal | None:
    """Read the tensors, or the examples, of a request."""
    if not called(payload, PREDICT, CLASSIFY, REGRESS):
        return None
    found = messages(payload.body, payload.headers, payload.limit)
    if isinstance(found, Refusal):
        return found
    request = _MESSAGES.parse("PredictRequest" if payload.path.endswith(PREDICT) else "ExamplesRequest", found[0])
    if isinstance(request, Refusal):
        return request
    version = _version(request.model_spec)
    if not payload.path.endswith(PREDICT):
        return payload.decoded(_examples(request.input), "tensorflow_grpc", version)
    tensors = _tensors(request.tensors)
    columns = tensors if isinstance(tensors, Refusal) else columns_of_tensors(tensors, payload.order)
    return payload.decoded(columns, "tensorflow_grpc", version)


def answered(exchange: Exchange, limit: int) -> tuple[list[Tensor], list[Row]]:
    """Return what was answered: tensors, or rows with what each example was taken for."""
    found = messages(exchange.response_body, exchange.response_headers, limit)
    if isinstance(found, Refusal):
        return [], []
    method = exchange.path.rpartition("/")[2]
    response = _MESSAGES.parse(f"{method}Response", found[0])
    if isinstance(response, Refusal):
        return [], []
    if method == "Predict":
        tensors = _tensors(response.tensors)
        return [] if isinstance(tensors, Refusal) else tensors, []
    if method == "Classify":
        return [], [_classes(each.classes) for each in response.result.classifications]
    return [], [{"value": each.value} for each in response.result.regressions]


def _version(model: Any) -> str | None:
    label: str = model.version_label
    return str(model.version.value) if model.version.value else label[:LONGEST_VERSION] or None


def _tensors(named: Any) -> list[Tensor] | Refusal:
    if not named or len(named) > MAX_TENSORS:
        return Refusal(TapReason.BAD_ENVELOPE, f"{len(named)} tensors")
    tensors = []
    for each in named:
        tensor = tensor_of(each.key, each.value)
        if isinstance(tensor, Refusal):
            return tensor
        tensors.append(tensor)
    return tensors


def _examples(given: Any) -> list[Row] | Refusal:
    """Return a row for each example."""
    shared = given.example_list_with_context
    context = _row(shared.context.features.feature)
    rows: list[Row] = []
    for example in given.example_list.examples or shared.examples:
        row = _row(example.features.feature)
        if isinstance(row, Refusal) or isinstance(context, Refusal):
            return Refusal(TapReason.BAD_ENVELOPE, "an example that is no row")
        rows.append(context | row)
    return rows if any(rows) else Refusal(TapReason.EMPTY, "no examples")


def _row(features: Iterable[Any]) -> Row | Refusal:
    row: Row = {}
    for feature in features:
        values = _list(feature.value)
        if isinstance(values, Refusal) or len(row) + len(values) > WIDEST:
            return Refusal(TapReason.BAD_ENVELOPE, "an example that is no row")
        if len(values) < 2:
            row[feature.key] = values[0] if values else None
        else:
            row.update((f"{feature.key}.{place}", value) for place, value in enumerate(values))
    return row


def _list(feature: Any) -> list[Any] | Refusal:
    """Return the values of a feature, whichever type they have."""
    if feature.HasField("bytes_list"):
        return texts(feature.bytes_list.value)
    if feature.HasField("float_list"):
        values = numbers(feature.float_list, "value", "float")
    else:
        values = numbers(feature.int64_list, "value", VARINT)
    return values if isinstance(values, Refusal) else values.tolist()


def _classes(classes: Any) -> Row:
    """Return label and score of each class that an example may belong to."""
    if len(classes) == 1:
        return {"label": classes[0].label, "score": classes[0].score}
    return {
        f"{name}.{place}": getattr(each, name) for place, each in enumerate(classes[:WIDEST]) for name in ("label", "score")
    }
