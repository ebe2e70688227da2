"""What the model answered, as columns of predictions.

An answer has the forms that requests have, and a few of its own. Names:

- one output is called ``prediction``, whatever the server calls it, so that a baseline can have a feature of that name without
  knowing the server;
- several outputs have their own names: the names of tensors, of columns, of the members of an object;
- an output of several values for each row (class probabilities) becomes ``name.0``, ``name.1``, ..., or ``prediction.0``, ...

An answer that says nothing of this kind has no predictions. None of this is needed to count the rows of a request, so nobody
pays for it who does not ask.
"""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from sidecar.columns import ABSENT, Column, Columns, columns_of
from sidecar.decode import seldon_grpc, tensorflow_grpc, v2_grpc
from sidecar.decode.charset import in_utf8
from sidecar.decode.csv_text import text_table
from sidecar.decode.grpc import is_grpc
from sidecar.decode.json_text import json_document
from sidecar.decode.mapping import Mapping
from sidecar.decode.ndjson import lines_of
from sidecar.decode.rows import WIDEST, are_lists, are_objects, are_plain
from sidecar.decode.seldon import is_message, message_rows
from sidecar.decode.sse import data_of_events
from sidecar.decode.tensors import Tensor, columns_of_tensors
from sidecar.decode.v2_binary import binary_tensors, header_and_tensors
from sidecar.decode.v2_json import are_tensors, tensors_of
from sidecar.exchange.inflate import inflate
from sidecar.exchange.model import Exchange, Headers, Refusal

PREDICTION: Final = "prediction"
"""The name of the only output."""

_HOLDERS: Final = ("predictions", "outputs", "prediction", "output", "results", "result", "scores", "data", "jsonData")
_NOT_PREDICTED: Final = frozenset({"model_version", "model_name", "model", "id", "request_id", "parameters", "meta", "version"})
Predictions = AnyMapping[str, Column]


def predictions(exchange: Exchange, *, max_body: int, mapping: Mapping | None = None) -> Predictions:
    """Return the predictions of an exchange's answer by name, none if there are none that can be read."""
    headers = exchange.response_headers
    if exchange.status >= 400 or not exchange.response_whole:
        return {}
    body = inflate(exchange.response_body, headers.get(b"content-encoding", b""), max_body)
    if isinstance(body, Refusal) or not body:
        return {}
    try:
        if is_grpc(headers.get(b"content-type", b"").decode("latin-1")):
            return _of_grpc(exchange, max_body)
        return _of_body(body, headers, mapping)
    except Exception:  # noqa: BLE001 -- as with requests: an answer that finds a fault here must not stop the reading of others
        return {}


def _of_grpc(exchange: Exchange, limit: int) -> Predictions:
    if v2_grpc.STREAM in exchange.path or v2_grpc.UNARY in exchange.path:
        return _merged([_named(_of_tensors(tensors)) for tensors in v2_grpc.answered(exchange, limit)])
    if seldon_grpc.SERVICE in exchange.path:
        found = seldon_grpc.answered(exchange, limit)
        return _named(_of_rows(found)) if isinstance(found, Columns) else _of_document(found)
    tensors, rows = tensorflow_grpc.answered(exchange, limit)
    return _named(_of_tensors(tensors) if tensors else _of_rows(rows))


def _of_body(inflated: bytes, headers: Headers, mapping: Mapping | None) -> Predictions:
    split = header_and_tensors(inflated, headers)
    if isinstance(split, Refusal):
        return {}
    if split is not None:
        listed = split[0].get("outputs")
        return _named(_of_tensors(binary_tensors(listed, split[1]))) if isinstance(listed, list) else {}
    return _of_text(inflated, headers.get(b"content-type", b""), mapping)


def _of_text(body: bytes, content_type: bytes, mapping: Mapping | None) -> Predictions:
    text = in_utf8(body, content_type)
    if isinstance(text, Refusal):
        return {}
    kind = content_type.partition(b";")[0].strip().lower()
    if b"csv" in kind:
        return _of_csv(text)
    if kind == b"text/event-stream":
        return _of_stream(text)
    if b"ndjson" in kind or b"jsonl" in kind:
        return _of_lines(lines_of(text))
    document = json_document(text)
    if isinstance(document, Refusal):
        return {PREDICTION: [text.decode("utf-8", "replace")]} if kind.startswith(b"text/plain") else {}
    mapped = mapping.predictions(document) if mapping is not None else None
    return _named(_of_value(mapped)) if mapped is not None else _of_document(document)


def _of_document(document: object) -> Predictions:
    if isinstance(document, dict):
        if are_tensors(document.get("outputs")):
            return _named(_of_tensors(tensors_of(document["outputs"])))
        if is_message(document):
            rows = message_rows(document["data"], ())
            return {} if rows is None or isinstance(rows, Refusal) else _named(_numbered(_of_rows(rows)))
        for name in _HOLDERS:
            if isinstance(document.get(name), list | dict):
                return _named(_of_value(document[name]))
    return _named(_of_value(document))


def _of_stream(text: bytes) -> Predictions:
    """Return the predictions of all events, one after the other; a stream of bare text is one prediction."""
    whole = text.decode("utf-8", "replace")
    events = data_of_events(whole)
    if not events and "data:" not in whole:
        return {PREDICTION: [whole]}
    documents = [json_document(event.encode()) for event in events]
    if any(isinstance(document, Refusal) for document in documents):
        return {PREDICTION: events} if events else {}
    return _of_lines(documents)


def _of_lines(documents: Sequence[object] | Refusal) -> Predictions:
    """Put together what several documents predict, if all of them have the same outputs."""
    if isinstance(documents, Refusal):
        return {}
    return _merged([_of_document(document) for document in documents])


def _merged(parts: Sequence[Predictions]) -> Predictions:
    if len(parts) == 1:
        return parts[0]
    if not parts or any(part.keys() != parts[0].keys() for part in parts):
        return {}
    return {name: [*chain.from_iterable(_listed(part[name]) for part in parts)] for name in parts[0]}


def _listed(column: Column) -> Sequence[object]:
    return column if isinstance(column, list | tuple) else column.tolist() if hasattr(column, "tolist") else [*column]


def _of_csv(text: bytes) -> Predictions:
    table = text_table(text)
    return {} if isinstance(table, Refusal) else _named(_numbered(table.values))


def _of_tensors(tensors: list[Tensor] | Refusal) -> Predictions:
    if isinstance(tensors, Refusal) or not tensors:
        return {}
    if len(tensors) > 1:
        columns = columns_of_tensors(tensors, ())
        return {} if isinstance(columns, Refusal) else columns.values
    columns = columns_of_tensors(tensors, ())
    return {} if isinstance(columns, Refusal) else _numbered(columns.values)


def _of_value(value: object) -> Predictions:
    """Return the predictions that a JSON value has: a list of any kind of row, an object of columns, or one row."""
    if isinstance(value, list):
        return _of_list(value)
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in _NOT_PREDICTED}
        lists = [*kept.values()]
        if lists and are_lists(lists) and len(set(map(len, lists))) == 1:
            return _joined({name: _of_list(each) for name, each in kept.items()})
        return _of_list([kept]) if kept else {}
    return {} if value is None else {PREDICTION: [value]}


def _of_list(rows: list[Any]) -> Predictions:
    if not rows:
        return {}
    if are_plain(rows):
        return {PREDICTION: rows}
    if are_lists(rows):
        return _of_lists(rows)
    return _of_rows(rows) if are_objects(rows) else {}


def _of_lists(rows: list[list[Any]]) -> Predictions:
    """Return as many outputs as the lists have values."""
    widths = set(map(len, rows))
    width = widths.pop()
    if widths or not 0 < width <= WIDEST or not all(map(are_plain, rows)):
        return {}
    columns = [*zip(*rows, strict=True)]
    return {PREDICTION: columns[0]} if width == 1 else {f"{PREDICTION}.{place}": cells for place, cells in enumerate(columns)}


def _of_rows(rows: Any) -> Predictions:
    """Return the columns of row objects; a column of lists becomes several."""
    columns = columns_of(rows) if isinstance(rows, list) else rows
    found: dict[str, Predictions] = {}
    for name, column in columns.values.items():
        if name in _NOT_PREDICTED or (isinstance(column, list | tuple) and ABSENT in column):
            continue
        found[name] = _of_cells(column)
    return _joined(found)


def _of_cells(column: Column) -> Predictions:
    """Return one output of plain cells, or several of cells that are lists or objects."""
    if not isinstance(column, list | tuple):
        return {PREDICTION: column}
    if not are_objects(column):
        return _of_list([*column])
    inner = columns_of(column)
    return {
        name: cells
        for name, cells in inner.values.items()
        if isinstance(cells, list | tuple) and are_plain(cells) and ABSENT not in cells
    }


def _joined(outputs: dict[str, Predictions]) -> Predictions:
    """Put the names of outputs before the numbers, or the names, of their values."""
    return {name + _suffix(inner): column for name, each in outputs.items() for inner, column in each.items()}


def _suffix(inner: str) -> str:
    numbered = inner == PREDICTION or inner.startswith(PREDICTION + ".")
    return inner.removeprefix(PREDICTION) if numbered else "." + inner


def _numbered(columns: Predictions) -> Predictions:
    """Return columns without names as parts of the one prediction."""
    if not all(name.isdigit() for name in columns):
        return columns
    return {f"{PREDICTION}.{name}": column for name, column in columns.items()}


def _named(columns: Predictions) -> Predictions:
    """Call the only output by its name."""
    return dict(zip((PREDICTION,), columns.values(), strict=True)) if len(columns) == 1 else columns
