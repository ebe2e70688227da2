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
"""

# The order of these lines is the order in which formats are tried: the more one says of itself, the earlier.
# isort: off
from sidecar.decode import features as _features  # noqa: F401
from sidecar.decode import kserve_v1 as _kserve_v1  # noqa: F401
from sidecar.decode import records as _records  # noqa: F401
from sidecar.decode import bare_object as _bare_object  # noqa: F401
# isort: on

from sidecar.decode.model import Decoded, Decoder, Payload
from sidecar.decode.registry import AUTO, decode, formats, register

__all__ = ["AUTO", "Decoded", "Decoder", "Payload", "decode", "formats", "register"]
