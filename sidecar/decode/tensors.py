"""Tensors of the Open Inference Protocol become columns.

A tensor is a name, a datatype, a shape and values. Its first dimension counts the rows, what is behind it is the width. Who
names the values depends on what the client sent:

- one tensor a column: its name is the column's,
- one tensor with all values of a row: the baseline's order names them,
- several tensors, some of them wide: ``name.0``, ``name.1``, ... for the wide ones.

Numbers stay in the array that the bytes were, whatever their number; columns are views into it.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.columns import Column, Columns
from sidecar.decode.rows import WIDEST, names_for
from sidecar.exchange.model import Refusal
from sidecar.reasons import TapReason

MAX_TENSORS: Final = 4096
MAX_DIMENSIONS: Final = 16

DTYPES: Final = {
    "BOOL": np.dtype("?"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "UINT8": np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "FP16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # NumPy has no such type: the upper half of a float
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}
BYTES: Final = "BYTES"
_LENGTH: Final = 4

Values = list[Any] | NDArray[Any]


class Tensor(NamedTuple):
    """One tensor; its values are flat, in row-major order."""

    name: str
    shape: tuple[int, ...]
    values: Values


def _bad(detail: str) -> Refusal:
    return Refusal(TapReason.BAD_ENVELOPE, detail)


def shape_of(value: object) -> tuple[int, ...] | Refusal:
    """Return a shape, if it is one.

    Examples
    --------
    >>> shape_of([3, 4]), shape_of([-1]).detail
    ((3, 4), 'no shape')
    """
    if not isinstance(value, list) or len(value) > MAX_DIMENSIONS:
        return _bad("no shape")
    if any(type(size) is not int or not 0 <= size < 2**63 for size in value):
        return _bad("no shape")
    return tuple(value)


def from_bytes(datatype: object, shape: tuple[int, ...], data: bytes | memoryview) -> Values | Refusal:
    r"""Return the values that the bytes of a tensor hold, in little-endian order.

    Examples
    --------
    >>> from_bytes("INT16", (2,), b"\1\0\2\0"), from_bytes("BF16", (1,), b"\xc0\x3f")
    (array([1, 2], dtype=int16), array([1.5], dtype=float32))
    >>> from_bytes("BYTES", (1,), b"\3\0\0\0pro")
    ['pro']
    """
    if datatype == BYTES:
        return _texts(bytes(data), math.prod(shape))
    dtype = DTYPES.get(datatype) if isinstance(datatype, str) else None
    if dtype is None:
        return _bad("an unknown datatype")
    if len(data) != math.prod(shape) * dtype.itemsize:
        return _bad(f"{len(data)} bytes do not fill the shape")
    if datatype == "BOOL":
        return np.frombuffer(data, np.uint8).astype(np.bool_)
    values = np.frombuffer(data, dtype)
    return (values.astype(np.uint32) << 16).view(np.float32) if datatype == "BF16" else values


def _texts(data: bytes, count: int) -> Values | Refusal:
    """Read texts that each have their length before them, in four bytes."""
    if count > len(data) // _LENGTH:
        return _bad("too few bytes for the shape")
    texts, position = [], 0
    for _ in range(count):
        start = position + _LENGTH
        position = start + int.from_bytes(data[position:start], "little")
        texts.append(data[start:position].decode("utf-8", "replace"))
        if position > len(data) or start > len(data):
            return _bad("a text is longer than its tensor")
    return texts if position == len(data) else _bad("bytes behind the last text")


def from_json(datatype: object, shape: tuple[int, ...], data: object) -> Values | Refusal:
    """Return the values of a tensor that came as a JSON list, flat or nested.

    Numbers become an array, unless something else is among them.

    Examples
    --------
    >>> from_json("INT64", (2, 1), [[70], [57]]), from_json("FP64", (2,), [1.5, None])
    (array([70, 57]), [1.5, None])
    """
    if not isinstance(datatype, str) or (datatype != BYTES and datatype not in DTYPES):
        return _bad("an unknown datatype")
    if not isinstance(data, list):
        data = [data]
    array = _array(data) if datatype not in (BYTES, "BOOL") else None
    values: Values | None = array.ravel() if array is not None else _flat(data)
    if values is None or len(values) != math.prod(shape):
        return _bad("the data does not fill the shape")
    return values


def _array(data: list[Any]) -> NDArray[Any] | None:
    """Return nested lists of nothing but numbers as an array; None if they hold something else."""
    kinds = set(map(type, data))
    if not kinds <= {int, float, list}:
        return None
    try:
        array = np.array(data)
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "iuf" else None


def _flat(data: list[Any]) -> list[Any] | None:
    """Flatten lists of lists of values; None if they are deeper than a tensor can be."""
    for _ in range(MAX_DIMENSIONS):
        if list not in set(map(type, data)):
            return None if dict in set(map(type, data)) else data
        data = [value for item in data for value in (item if isinstance(item, list) else (item,))]
    return None


def columns_of_tensors(tensors: Sequence[Tensor], order: Sequence[str]) -> Columns | Refusal:
    """Return the columns that tensors are.

    Examples
    --------
    >>> columns_of_tensors([Tensor("x", (2, 2), [1, "a", 2, "b"])], ("age", "plan")).values
    {'age': [1, 2], 'plan': ['a', 'b']}
    >>> columns_of_tensors([Tensor("x", (2, 2), [1, 2, 3, 4])], ("age", "plan", "tenure")).detail
    '2 values for 3 features'
    """
    if len(tensors) == 1:
        return _of_one(tensors[0], order)
    rows, columns = tensors[0].shape[:1], dict[str, Column]()
    for tensor in tensors:
        if tensor.shape[:1] != rows:
            return _bad("tensors of unlike length")
        width = math.prod(tensor.shape[1:])
        if len(columns) + width > WIDEST:
            return Refusal(TapReason.WIDTH_MISMATCH, f"{width} values in a row")
        columns.update(_wide(tensor, width))
    count = rows[0] if rows else 1
    return Columns(count, columns) if count and columns else Refusal(TapReason.EMPTY, "no rows")


def _wide(tensor: Tensor, width: int) -> dict[str, Column]:
    if width == 1:
        return {tensor.name: tensor.values}
    return {f"{tensor.name}.{place}": tensor.values[place::width] for place in range(width)}


def _of_one(tensor: Tensor, order: Sequence[str]) -> Columns | Refusal:
    """Return the columns of the only tensor: one by its name, or as many as the baseline has."""
    rows, width = (tensor.shape[0] if tensor.shape else 1), math.prod(tensor.shape[1:])
    if not len(tensor.values):
        return Refusal(TapReason.EMPTY, "no rows")
    if len(order) > 1 and len(tensor.shape) == 1 and rows == len(order) and tensor.name not in order:
        rows, width = 1, rows
    named = width == 1 and (not order or tensor.name in order)
    names = [tensor.name] if named else names_for(width, order)
    if isinstance(names, Refusal):
        return names
    return Columns(rows, {name: tensor.values[place::width] for place, name in enumerate(names)})
