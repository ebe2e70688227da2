"""The pipeline: frames in, counted rows out.

One reader a connection turns the copied bytes into exchanges; the decoders turn an exchange into rows. Rows are not counted
one by one: counting has a fixed price for each feature, so the rows of many exchanges are collected, by model version, and
handed on together. What is collected is bounded, and so is what all the readers together may hold.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from sidecar.columns import Columns, records_of, slices
from sidecar.decode import Decoded
from sidecar.exchange import ConnectionReader, Event, Exchange, Refusal
from sidecar.frames import Frame, Kind
from sidecar.metrics import ModelFigures, TapFigures
from sidecar.reasons import TapReason

ROWS_AT_ONCE = 512
ROWS_OF_THEIR_OWN = 64
"""Rows of one request that are worth being counted by themselves, if they came as columns."""
MAX_HELD = 64 << 20
CHECK_BYTES = 4 << 20
_UP, _DOWN = int(Kind.UP), int(Kind.DOWN)


Decode = Callable[[Exchange], Decoded | Refusal]
ToColumns = Callable[[list[Mapping[str, object]]], Iterable[Columns]]


class Deliver(Protocol):
    """Takes rows that belong together."""

    def __call__(self, columns: Columns, *, model_version: str | None) -> object:
        """Count `columns`."""


class Counters(NamedTuple):
    """Where the pipeline counts: what it could not read, and what the model answered."""

    tap: TapFigures
    model: ModelFigures


class Pipeline:
    """Reads the copied traffic of all connections.

    Parameters
    ----------
    new_reader
        Makes the reader of a connection.
    decode
        Turns a watched exchange into rows, or says why not.
    columns
        Turns collected rows into columns, in batches of bounded size.
    deliver
        Takes those.
    unread
        Is told of connections that will never be readable again.
    """

    def __init__(
        self,
        *,
        new_reader: Callable[[], ConnectionReader],
        decode: Decode,
        columns: ToColumns,
        deliver: Deliver,
        unread: Callable[[int], None],
        counters: Counters,
    ) -> None:
        self._new_reader = new_reader
        self._decode = decode
        self._columns = columns
        self._deliver = deliver
        self._tell_unread = unread
        self._tap, self._model = counters
        self._readers: dict[int, ConnectionReader | None] = {}
        self._records: dict[str | None, list[Mapping[str, object]]] = {}
        self._collected = 0
        self._unchecked = 0
        self.exchanges = 0

    def frame(self, frame: Frame) -> None:
        """Take one frame of traffic."""
        kind, connection, at, payload = frame
        if kind in (Kind.CLOSE, Kind.CUT):
            return self._close(connection, at, counted=kind == Kind.CUT)
        reader = self._readers.get(connection)
        if reader is None:
            reader = self._announced(kind, connection)
            if reader is None:
                return None
        events = _STEPS[kind](reader, payload, at)
        if events:
            self._take(events)
        if reader.unread:
            self._give_up(connection)
        self._unchecked += len(payload)
        if self._unchecked > CHECK_BYTES:
            self._bound_memory()
        return None

    def read_as(self, decode: Decode, columns: ToColumns) -> None:
        """Read differently from now on: another baseline has other features."""
        self.flush()
        self._decode, self._columns = decode, columns

    def flush(self) -> None:
        """Hand on the rows that were collected."""
        for version, records in self._records.items():
            for columns in self._columns(records):
                self._deliver(columns, model_version=version)
        self._records.clear()
        self._collected = 0

    def _announced(self, kind: int, connection: int) -> ConnectionReader | None:
        """Return a new reader if this frame begins a copy; the rest of one that was given up is passed over."""
        if connection in self._readers or kind not in (Kind.OPEN, Kind.GAP):
            return None
        reader = self._readers[connection] = self._new_reader()
        return reader

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Refusal):
                self._tap.drop(event.reason)
            else:
                self._exchange(event)

    def _exchange(self, exchange: Exchange) -> None:
        self.exchanges += 1
        self._model.count(exchange.status, exchange.ended - exchange.began)
        if not exchange.watched or (exchange.method == b"GET" and b"?" not in exchange.target):
            self._tap.pass_over(exchange.method)
            return  # a GET without a query is a probe
        if exchange.status >= 400:
            self._tap.drop(TapReason.STATUS)
            return
        decoded = self._decode(exchange)
        if isinstance(decoded, Refusal):
            self._tap.drop(decoded.reason)
        else:
            self._tap.decoded += 1
            self._collect(decoded)

    def _collect(self, decoded: Decoded) -> None:
        records = decoded.records
        if decoded.columns is not None:
            if decoded.columns.rows >= ROWS_OF_THEIR_OWN:
                for columns in slices(decoded.columns):
                    self._deliver(columns, model_version=decoded.model_version)
                return
            records = records_of(decoded.columns)
        if records:
            self._records.setdefault(decoded.model_version, []).extend(records)
            self._collected += len(records)
            if self._collected >= ROWS_AT_ONCE:
                self.flush()

    def _close(self, connection: int, at: float, *, counted: bool) -> None:
        reader = self._readers.pop(connection, None)
        if reader is not None:
            events = reader.close(at)
            self._take(_not_counted(events) if counted else events)

    def _give_up(self, connection: int) -> None:
        """Pass over what still comes of a connection, and ask for no more of it."""
        self._readers[connection] = None
        self._tell_unread(connection)

    def _bound_memory(self) -> None:
        """Let go of the largest readers until all of them together hold no more than they may."""
        self._unchecked = 0
        held = {connection: reader.held for connection, reader in self._readers.items() if reader is not None}
        total = sum(held.values())
        for connection in sorted(held, key=held.__getitem__, reverse=True):
            if total <= MAX_HELD:
                return
            total -= held[connection]
            self._shed(connection)

    def _shed(self, connection: int) -> None:
        reader = self._readers[connection]
        if reader is not None:
            self._take(reader.gap(TapReason.OVERFLOW))
            self._give_up(connection)


def _gap(reader: ConnectionReader, payload: bytes, _at: float) -> list[Event]:
    """Cut the reading of a connection, without counting twice what the relay has counted.

    The relay counts the exchange that it dropped. One that it sampled out is another one than the exchange that was under
    way here, which is cut short because the relay took an early answer, say, for the end of it.
    """
    reason = TapReason(payload.decode())
    if reason is TapReason.SAMPLED_OUT:
        return reader.gap(TapReason.INCOMPLETE)
    return _not_counted(reader.gap(reason))


def _not_counted(events: list[Event]) -> list[Event]:
    """Return what the relay has not counted: its figures have the refusals already, the figures of the model are our own."""
    return [event for event in events if isinstance(event, Exchange)]


_STEPS: dict[int, Callable[[ConnectionReader, bytes, float], list[Event]]] = {
    _UP: ConnectionReader.up,
    _DOWN: ConnectionReader.down,
    Kind.OPEN: lambda _reader, _payload, _at: [],
    Kind.GAP: _gap,
    Kind.UP_END: lambda reader, _payload, at: reader.up_end(at),
    Kind.DOWN_END: lambda reader, _payload, at: reader.down_end(at),
}
