"""Recorded conversations with real model servers give the rows that were sent, or the reason why there are none.

What was sent is written down in ``expected/``, one file for each group of servers, from the recordings and what their recorder
says of them: for each exchange its path, format, the names of its values and its rows (``times`` says how often they repeat),
and what was predicted; or why it is refused.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sidecar.columns import columns_of
from sidecar.decode import Decoded, decode, predictions
from sidecar.exchange import Exchange, Refusal, watch
from sidecar.paths import DEFAULT_PATHS
from sidecar.reasons import TapReason
from tests.decode.payloads import MAX_BODY
from tests.exchange.captures import captures
from tests.exchange.wire import Capture, read

TABLES = Path(__file__).parent / "expected"
Expected = dict[str, Any]


@cache
def expected() -> dict[str, list[Expected]]:
    """Return what is expected of each recording, exchange by exchange."""
    found: dict[str, list[Expected]] = {}
    for table in sorted(TABLES.glob("*.json")):
        found |= json.loads(table.read_text(encoding="utf-8"))
    return found


@cache
def recordings() -> dict[str, list[Capture]]:
    """Return the connections of each recording."""
    found: dict[str, list[Capture]] = {}
    for one in captures():
        found.setdefault(one.name.removesuffix(".2"), []).append(one)
    return found


def plain(values: Any) -> list[Any]:
    """Return a column as a list, with None for what is not a number."""
    cells = values.tolist() if hasattr(values, "tolist") else [*values]
    return [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in cells]


def outcome(event: Exchange | Refusal, order: tuple[str, ...] = ()) -> Expected:
    """Return what became of an event, as the tables write it."""
    if isinstance(event, Refusal):
        return {"path": None, "refused": event.reason.value}
    if not watch(DEFAULT_PATHS)(event.method, event.path):
        return {"path": event.path, "refused": "unwatched"}
    decoded = decode(event, order=order, max_body=MAX_BODY)
    if isinstance(decoded, Refusal):
        return {"path": event.path, "refused": decoded.reason.value}
    found: Expected = {"path": event.path, "format": decoded.format, "columns": columns(decoded)}
    found["predictions"] = {name: plain(values) for name, values in predictions(event, max_body=MAX_BODY).items()}
    return found | ({"version": decoded.model_version} if decoded.model_version else {})


def columns(decoded: Decoded) -> dict[str, list[Any]]:
    """Return the values of each name."""
    table = decoded.columns or columns_of(decoded.records or [])
    return {name: plain(values) for name, values in table.values.items()}


def spelt_out(line: Expected) -> Expected:
    """Return a line of a table with its rows turned into columns, as often as they repeat."""
    if "refused" in line:
        return line
    times = line.get("times", 1)
    names, rows = line["names"], line["rows"]
    whole = {name: [row[place] for row in rows] * times for place, name in enumerate(names)}
    return {
        "path": line["path"],
        "format": line["format"],
        "columns": whole,
        "predictions": {name: values * times for name, values in line["predictions"].items()},
    } | ({"version": line["version"]} if "version" in line else {})


def events(name: str) -> Iterator[Exchange | Refusal]:
    """Yield what the connections of a recording hold."""
    for connection in recordings()[name]:
        yield from read(*connection.steps)


def test_every_recording_is_in_the_tables() -> None:
    """And nothing else is."""
    assert expected().keys() == recordings().keys()


@pytest.mark.parametrize("name", recordings())
def test_a_recording_gives_what_its_client_sent(name: str) -> None:
    """Value for value, exchange by exchange."""
    assert [outcome(event) for event in events(name)] == [*map(spelt_out, expected()[name])]


@pytest.mark.parametrize("name", recordings())
def test_names_of_a_baseline_are_given_to_values_without_names_that_fit(name: str) -> None:
    """In its order; others are refused, because a width that does not fit is no guess."""
    order = ("a", "b", "c", "d")
    for event, line in zip(events(name), expected()[name], strict=True):
        found, numbers = outcome(event, order), [str(place) for place in range(len(line.get("names", ())))]
        if not numbers or line["names"] != numbers:
            assert found == spelt_out(line)
        elif len(numbers) == len(order):
            assert found["columns"] == dict(zip(order, spelt_out(line)["columns"].values(), strict=True))
        else:
            assert found == {"path": line["path"], "refused": TapReason.WIDTH_MISMATCH.value}
