"""Frames of many connections become rows, and everything that does not is counted."""

from functools import partial

import pytest

from sidecar.columns import Columns, batches
from sidecar.decode import decode
from sidecar.engine import pipeline as module
from sidecar.engine.pipeline import Counters, Pipeline
from sidecar.exchange import ConnectionReader, watch
from sidecar.frames import Frame, Kind
from sidecar.metrics import ModelFigures, TapFigures
from sidecar.reasons import TapReason

BODY = b'{"features": {"age": 35}, "model_version": "7"}'
REQUEST = (
    b"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}"


class World:
    """A pipeline with everything it talks to."""

    def __init__(self, max_body: int = 1 << 20) -> None:
        self.delivered: list[tuple[Columns, str | None]] = []
        self.unread: list[int] = []
        self.counters = Counters(TapFigures(), ModelFigures())
        self.pipeline = Pipeline(
            new_reader=partial(ConnectionReader, watches=watch(["/predict"]), max_body=max_body),
            decode=partial(decode, order=("age",), max_body=max_body),
            columns=partial(batches, names=frozenset({"age"}), size=512),
            deliver=self._deliver,
            unread=self.unread.append,
            counters=self.counters,
        )

    def _deliver(self, columns: Columns, *, model_version: str | None) -> None:
        self.delivered.append((columns, model_version))

    def play(self, *frames: tuple[Kind, int, bytes]) -> "World":
        """Feed frames, a millisecond apart, and hand on the rows."""
        for number, (kind, connection, payload) in enumerate(frames):
            self.pipeline.frame(Frame(kind, connection, number / 1000, payload))
        self.pipeline.flush()
        return self

    @property
    def rows(self) -> int:
        """Rows delivered so far."""
        return sum(columns.rows for columns, _ in self.delivered)

    def dropped(self, reason: TapReason) -> int:
        """How often an exchange was not read for `reason`."""
        return self.counters.tap.dropped()[reason]


@pytest.fixture
def world() -> World:
    """Return a pipeline that reads /predict."""
    return World()


def test_an_exchange_becomes_a_row_of_its_version(world: World) -> None:
    """The plain case: announced, asked, answered."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER))
    [(columns, version)] = world.delivered
    assert (columns.rows, list(columns.values["age"]), version) == (1, [35], "7")


def test_rows_of_many_connections_are_delivered_together(world: World) -> None:
    """Counting has a price for each call, so a slice of frames makes one."""
    frames = [(kind, number, payload) for number in range(5) for kind, payload in _exchange()]
    world.play(*frames)
    assert [columns.rows for columns, _ in world.delivered] == [5]


def test_rows_of_two_versions_are_delivered_apart(world: World) -> None:
    """A window belongs to one version."""
    other = REQUEST.replace(b'"7"', b'"8"')
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER), (Kind.UP, 1, other), (Kind.DOWN, 1, ANSWER))
    assert sorted((columns.rows, version) for columns, version in world.delivered) == [(1, "7"), (1, "8")]


def test_rows_are_not_kept_beyond_the_bound_while_a_slice_goes_on(world: World) -> None:
    """One read may hold thousands of exchanges."""
    frames = [(kind, 1, payload) for _ in range(module.ROWS_AT_ONCE + 1) for kind, payload in _exchange()[1:]]
    for frame in [(Kind.OPEN, 1, b""), *frames]:
        world.pipeline.frame(Frame(frame[0], frame[1], 0.0, frame[2]))
    assert world.rows == module.ROWS_AT_ONCE


def test_an_answer_of_400_and_more_counts_for_the_model_but_not_as_traffic(world: World) -> None:
    """What the model refused says nothing about the data it serves."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ERROR))
    assert world.rows == 0
    assert world.dropped(TapReason.STATUS) == 1
    assert world.counters.model.by_class()["5xx"] == 1


def test_a_path_that_is_not_watched_counts_for_the_model_only(world: World) -> None:
    """Probes and metrics are neither rows nor losses."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, b"GET /metrics HTTP/1.1\r\nHost: m\r\n\r\n"), (Kind.DOWN, 1, ANSWER))
    assert world.rows == 0
    assert sum(world.counters.tap.dropped().values()) == 0
    assert world.counters.tap.unwatched == 0
    assert world.counters.model.by_class()["2xx"] == 1


def test_rows_that_may_be_on_a_path_that_is_not_watched_are_told_of(world: World) -> None:
    """Who forgot to name the model's path sees it in a counter, beside that of exchanges whose rows were read."""
    elsewhere = REQUEST.replace(b"/predict", b"/forecast")
    frames = [(Kind.UP, 1, elsewhere), (Kind.DOWN, 1, ANSWER)] * 2 + [(Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER)]
    world.play((Kind.OPEN, 1, b""), *frames)
    assert (world.counters.tap.unwatched, world.counters.tap.decoded, world.rows) == (2, 1, 1)


def test_what_cannot_be_decoded_is_counted_by_reason(world: World) -> None:
    """A broken body is a value with a reason."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST.replace(b"}", b" ")), (Kind.DOWN, 1, ANSWER))
    assert world.dropped(TapReason.NOT_JSON) == 1


def test_frames_of_a_connection_that_was_never_announced_are_passed_over(world: World) -> None:
    """After a restart the relay announces again; until then these bytes have no beginning."""
    world.play((Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER), (Kind.CLOSE, 1, b""))
    assert world.rows == 0


def test_a_gap_announces_a_connection_as_well(world: World) -> None:
    """The first exchange of it may have been sampled out."""
    world.play((Kind.GAP, 1, b"sampled_out"), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER))
    assert world.rows == 1


def test_an_exchange_cut_by_overflow_is_left_to_the_relay_to_count_and_the_next_one_is_read(world: World) -> None:
    """Overflow loses an exchange, not the connection."""
    world.play(
        (Kind.OPEN, 1, b""),
        (Kind.UP, 1, REQUEST[:50]),
        (Kind.GAP, 1, b"overflow"),
        (Kind.UP, 1, REQUEST),
        (Kind.DOWN, 1, ANSWER),
    )
    assert world.rows == 1
    assert world.dropped(TapReason.OVERFLOW) == 0  # the relay has counted it


def test_an_exchange_cut_because_the_next_one_was_sampled_out_is_counted_incomplete(world: World) -> None:
    """The relay took an early answer for the end of it, and counted another exchange than this one."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST[:50]), (Kind.GAP, 1, b"sampled_out"), (Kind.UP, 1, REQUEST))
    assert world.dropped(TapReason.INCOMPLETE) == 1


def test_an_unreadable_connection_is_given_up_once_and_its_rest_passed_over(world: World) -> None:
    """The relay is asked to copy no more; what is already on its way does no harm."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" * 9), (Kind.UP, 1, REQUEST))
    world.play((Kind.GAP, 1, b"overflow"), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER))
    assert world.unread == [1]
    assert world.rows == 0


def test_a_number_that_is_used_again_after_close_is_a_new_connection(world: World) -> None:
    """Connection numbers wrap around."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, b"\x00" * 64), (Kind.CLOSE, 1, b""))
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER))
    assert world.rows == 1


def test_a_connection_that_closes_in_an_exchange_is_counted_incomplete(world: World) -> None:
    """The client hung up, or the model did."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.CLOSE, 1, b""))
    assert world.dropped(TapReason.INCOMPLETE) == 1


def test_a_connection_that_closes_in_an_exchange_that_the_relay_dropped_is_not_counted_again(world: World) -> None:
    """A body that is too large, and a client that does not stay."""
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST[:-1]), (Kind.CUT, 1, b""))
    assert sum(world.counters.tap.dropped().values()) == 0
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, ANSWER))
    assert world.rows == 1


def test_an_answer_that_ends_with_the_connection_is_read(world: World) -> None:
    """HTTP/1.0 servers delimit a body by closing."""
    world.play(
        (Kind.OPEN, 1, b""), (Kind.UP, 1, REQUEST), (Kind.DOWN, 1, b"HTTP/1.0 200 OK\r\n\r\n{}"), (Kind.DOWN_END, 1, b"")
    )
    assert world.rows == 1


def test_all_readers_together_hold_no_more_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many large uploads at once shed the largest, counted, and the small ones go on."""
    monkeypatch.setattr(module, "MAX_HELD", 3000)
    monkeypatch.setattr(module, "CHECK_BYTES", 100)
    world = World()
    head = b"POST /predict HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"
    world.play((Kind.OPEN, 1, b""), (Kind.UP, 1, head + b" " * 2000), (Kind.OPEN, 2, b""), (Kind.UP, 2, head + b" " * 1500))
    assert world.unread == [1]
    assert world.dropped(TapReason.OVERFLOW) == 1
    world.play((Kind.OPEN, 3, b""), (Kind.UP, 3, REQUEST), (Kind.DOWN, 3, ANSWER))
    assert world.rows == 1


def _exchange() -> list[tuple[Kind, bytes]]:
    return [(Kind.OPEN, b""), (Kind.UP, REQUEST), (Kind.DOWN, ANSWER)]


def tensor(rows: int) -> bytes:
    """Return a request with so many rows as one tensor."""
    body = b'{"inputs":[{"name":"age","datatype":"INT64","shape":[%d],"data":%s}]}' % (rows, str([*range(rows)]).encode())
    return b"POST /predict HTTP/1.1\r\nHost: m\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize("rows", [module.ROWS_OF_THEIR_OWN - 1, module.ROWS_OF_THEIR_OWN])
def test_few_rows_that_came_as_columns_are_delivered_with_others(rows: int) -> None:
    """Counting has a price for each call; many rows are worth one of their own."""
    one = [(Kind.OPEN, 1, b"")] + [(Kind.UP, 1, tensor(rows)), (Kind.DOWN, 1, ANSWER)] * 2
    delivered = [columns.rows for columns, _ in World().play(*one).delivered]
    assert delivered == ([2 * rows] if rows < module.ROWS_OF_THEIR_OWN else [rows, rows])


def test_large_tensors_are_delivered_in_pieces() -> None:
    """So that counting them takes no memory to speak of."""
    frames = [(Kind.OPEN, 1, b""), (Kind.UP, 1, tensor(100_000)), (Kind.DOWN, 1, ANSWER)]
    assert [columns.rows for columns, _ in World().play(*frames).delivered] == [1 << 16, 100_000 - (1 << 16)]


def test_a_probe_of_a_predict_path_is_counted_nowhere(world: World) -> None:
    """A GET without a query has no features; with one it has."""
    asked = [b"GET /predict%s HTTP/1.1\r\nHost: m\r\n\r\n" % query for query in (b"", b"?age=35")]
    world.play((Kind.OPEN, 1, b""), *((kind, 1, data) for one in asked for kind, data in ((Kind.UP, one), (Kind.DOWN, ANSWER))))
    assert (world.rows, sum(world.counters.tap.dropped().values())) == (1, 0)
