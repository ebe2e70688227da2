"""An exchange becomes rows.

Glossary
--------
payload
    A request's body without its Content-Encoding, with what is known about it (`Payload`).
format
    What the body means: one file in this package, registered by name.
decoder
    A function that reads one format, and says None to every other.
envelope
    What a format has around the rows, such as ``{"instances": ...}``.
positional
    Of rows: lists of values without names, in the order of the baseline's features.
mapping
    What the settings say of a format of one's own: where its rows are, and what its values are called.
prediction
    What the model answered to a row. They have names like features; the only one is called ``prediction``.
"""

# The order of these lines is the order in which formats are tried: the more one says of itself, the earlier.
# isort: off
from sidecar.decode import v2_grpc as _v2_grpc  # noqa: F401
from sidecar.decode import tensorflow_grpc as _tensorflow_grpc  # noqa: F401
from sidecar.decode import seldon_grpc as _seldon_grpc  # noqa: F401
from sidecar.decode import v2_binary as _v2_binary  # noqa: F401
from sidecar.decode import multipart as _multipart  # noqa: F401
from sidecar.decode import csv_text as _csv_text  # noqa: F401
from sidecar.decode import form as _form  # noqa: F401
from sidecar.decode import query as _query  # noqa: F401
from sidecar.decode import ndjson as _ndjson  # noqa: F401
from sidecar.decode import features as _features  # noqa: F401
from sidecar.decode import cloudevent as _cloudevent  # noqa: F401
from sidecar.decode import v2_json as _v2_json  # noqa: F401
from sidecar.decode import kserve_v1 as _kserve_v1  # noqa: F401
from sidecar.decode import dataframe_split as _dataframe_split  # noqa: F401
from sidecar.decode import dataframe_records as _dataframe_records  # noqa: F401
from sidecar.decode import inputs as _inputs  # noqa: F401
from sidecar.decode import seldon as _seldon  # noqa: F401
from sidecar.decode import records as _records  # noqa: F401
from sidecar.decode import generate as _generate  # noqa: F401
from sidecar.decode import wrapped as _wrapped  # noqa: F401
from sidecar.decode import columns_object as _columns_object  # noqa: F401
from sidecar.decode import bare_object as _bare_object  # noqa: F401
# isort: on

from sidecar.decode.answers import PREDICTION, predictions
from sidecar.decode.mapping import Mapping
from sidecar.decode.model import Decoded, Decoder, Payload
from sidecar.decode.reading import reading
from sidecar.decode.registry import AUTO, decode, formats, register

__all__ = [
    "AUTO",
    "PREDICTION",
    "Decoded",
    "Decoder",
    "Mapping",
    "Payload",
    "decode",
    "formats",
    "predictions",
    "reading",
    "register",
]
