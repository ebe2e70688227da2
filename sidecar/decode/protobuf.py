"""Protobuf messages, as far as rows are in them.

The messages of the servers are described here by tables of our own: the numbers that their public interfaces gave to the fields
that matter, and nothing else. Fields that are not in a table are passed over. The library is imported when the first message
comes, because most models never see one.

Repeated numbers are declared as what they are on the wire when they are packed: bytes, four or eight for each number or a
varint. So a million floats are one piece of memory that NumPy reads as it is, and no Python object for each. Writers may also
leave numbers unpacked (none of today's does by itself); these are found among the fields that the library does not know.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

VARINT: Final = "varint"
VALUE: Final = "Value"
LIST: Final = "ListValue"
"""The messages of protobuf itself that stand for JSON; `document` reads them."""
FIXED: Final[dict[str, np.dtype[Any]]] = {"float": np.dtype("<f4"), "double": np.dtype("<f8")}

_LONGEST_VARINT = 10
_WIRE_TYPES = {VARINT: 0, "double": 1, "float": 5}
_NOT_PROTOBUF: Final = Refusal(TapReason.BAD_ENVELOPE, "no such protobuf message")


class Field(NamedTuple):
    """A field of a message.

    Attributes
    ----------
    kind
        ``string``, ``bytes``, ``int64``, ``float``, ``double``, `VALUE`, `LIST`, or the name of a message in the same schema.
    many
        Whether it is repeated.
    """

    number: int
    name: str
    kind: str
    many: bool = False


Schema = Mapping[str, Sequence[Field]]


def many(number: int, name: str, kind: str) -> Field:
    """Return a repeated field."""
    return Field(number, name, kind, many=True)


def packed(number: int, name: str) -> Field:
    """Return a repeated field of numbers, which is read with `numbers`."""
    return Field(number, name, "bytes", many=True)


class Messages:
    """The messages of a schema, made when the first is parsed.

    Examples
    --------
    >>> point = Messages("point", {"Point": (Field(1, "name", "string"), packed(2, "at"))}).parse("Point", bytes([10, 1, 65]))
    >>> point.name, list(point.at)
    ('A', [])
    """

    def __init__(self, package: str, schema: Schema) -> None:
        self._package = package
        self._schema = schema
        self._classes: dict[str, Any] = {}

    def parse(self, name: str, data: bytes | memoryview) -> Any:
        """Return the message that the bytes are, or a `Refusal`."""
        from google.protobuf.message import DecodeError

        message = (self._classes.get(name) or self._make(name))()
        try:
            message.ParseFromString(data)
        except (DecodeError, ValueError):
            return _NOT_PROTOBUF
        return message

    def _make(self, name: str) -> Any:
        from google.protobuf.message_factory import GetMessageClass

        found = self._classes[name] = GetMessageClass(self._pool.FindMessageTypeByName(f"{self._package}.{name}"))
        return found

    @cached_property
    def _pool(self) -> Any:
        from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
        from google.protobuf.descriptor_pool import DescriptorPool
        from google.protobuf.struct_pb2 import DESCRIPTOR

        file = FileDescriptorProto(name=f"{self._package}.proto", package=self._package, syntax="proto3")
        file.dependency.append(DESCRIPTOR.name)
        for name, fields in self._schema.items():
            described = file.message_type.add(name=name)
            for number, field, kind, repeated in fields:
                one = described.field.add(name=field, number=number)
                one.label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
                if kind in self._schema or kind in (VALUE, LIST):
                    package = self._package if kind in self._schema else "google.protobuf"
                    one.type, one.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{package}.{kind}"
                else:
                    one.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
        pool = DescriptorPool()
        pool.AddSerializedFile(DESCRIPTOR.serialized_pb)
        pool.Add(file)
        return pool


def numbers(message: Any, name: str, kind: str) -> NDArray[Any] | Refusal:
    """Return the numbers of a packed field: ``float``, ``double`` or ``varint``, these as signed 64 bits.

    Examples
    --------
    >>> messages = Messages("counts", {"Counts": (packed(2, "values"),)})
    >>> numbers(messages.parse("Counts", bytes([18, 3, 1, 0x96, 1])), "values", VARINT)
    array([  1, 150])
    >>> numbers(messages.parse("Counts", bytes([16, 1, 16, 5])), "values", VARINT)
    array([1, 5])
    """
    chunks = getattr(message, name)
    if not chunks:
        return _unpacked(message, name, kind)
    data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if kind == VARINT:
        return varints(data)
    dtype = FIXED[kind]
    return _NOT_PROTOBUF if len(data) % dtype.itemsize else np.frombuffer(data, dtype)


def varints(data: bytes) -> NDArray[Any] | Refusal:
    r"""Return the numbers that varints are, all of them at once: seven bits a byte, the lowest first (two's complement).

    Examples
    --------
    >>> varints(b"\1\x96\1" + b"\xff" * 9 + b"\1")
    array([  1, 150,  -1])
    """
    units = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(units < 0x80)
    if not len(ends) or ends[-1] != len(units) - 1:
        return np.zeros(0, np.int64) if not len(units) else _NOT_PROTOBUF
    if len(ends) == len(units):
        return units.astype(np.int64)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _LONGEST_VARINT:
        return _NOT_PROTOBUF
    values = np.zeros(len(ends), np.uint64)
    for place in range(int(lengths.max())):
        longer = lengths > place
        bits = (units[starts[longer] + place] & 0x7F).astype(np.uint64)
        values[longer] |= bits << np.uint64(7 * place)
    return values.view(np.int64)


def _unpacked(message: Any, name: str, kind: str) -> NDArray[Any]:
    """Return numbers that each came as a field of their own."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    wanted = message.DESCRIPTOR.fields_by_name[name].number, _WIRE_TYPES[kind]
    unknown: Any = UnknownFieldSet(message)
    found = [field.data for field in unknown if (field.field_number, field.wire_type) == wanted]
    if kind == VARINT:
        return np.array([each & (2**64 - 1) for each in found], np.uint64).view(np.int64)
    dtype = FIXED[kind]
    bits: NDArray[Any] = np.array(found, f"<u{dtype.itemsize}")
    return bits.view(dtype)


def document(value: Any) -> Any:
    """Return a `VALUE` as the JSON document that it stands for."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: document(each) for name, each in value.struct_value.fields.items()}
    if kind == "list_value":
        return [document(each) for each in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def texts(values: Sequence[bytes]) -> list[str]:
    """Return texts, whatever bytes they are."""
    return [value.decode("utf-8", "replace") for value in values]
