"""Write a year of flights in the order in which they were flown, as CSV; run by the Python that has them installed.

    python -m benchmarks.calibrate.year

This module imports nothing but the standard library.
"""

import csv
import sys
from datetime import UTC, datetime

from examples.flights import FEATURES, flown, record


def departed(flight: dict[str, str]) -> float:
    """Return when a flight left, in seconds of a clock that knows no summer time.

    >>> departed({"year": "2013", "month": "1", "day": "1", "dep_time": "517"})
    1357017420.0
    """
    hours, minutes = divmod(int(flight["dep_time"]), 100)
    day = datetime(int(flight["year"]), int(flight["month"]), int(flight["day"]), tzinfo=UTC).timestamp()
    return day + 3600 * hours + 60 * minutes


def main() -> None:
    """Write all flights that landed."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*FEATURES, "at"])
    flights = sorted(flown(str(month) for month in range(1, 13)), key=departed)
    writer.writerows([*record(flight).values(), departed(flight)] for flight in flights)


if __name__ == "__main__":
    main()
