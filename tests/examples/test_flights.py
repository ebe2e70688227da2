"""The flights as far as they need no data: what a row is, what late means, and what the faulty release does."""

from collections import Counter

from examples.flights import DISTANCE_FACTOR, FEATURES, MERGED_CODE, MERGED_SHARE, Record, faulty, late, record

FLIGHT = {
    "month": "2",
    "carrier": "UA",
    "origin": "EWR",
    "dest": "IAH",
    "distance": "1400",
    "hour": "5",
    "dep_delay": "-2",
    "arr_delay": "16",
    "tailnum": "N14228",
}


def test_a_row_holds_what_is_known_at_departure_and_nothing_later() -> None:
    """The features have their types, and the delay at arrival is not among them."""
    row = record(FLIGHT)
    assert tuple(row) == FEATURES
    assert row == {"carrier": "UA", "origin": "EWR", "dest": "IAH", "distance": 1400, "hour": 5, "dep_delay": -2}


def test_late_is_more_than_fifteen_minutes() -> None:
    """Fifteen minutes are not late, sixteen are."""
    assert [late(FLIGHT | {"arr_delay": minutes}) for minutes in ("-10", "15", "16")] == [0, 0, 1]


def test_the_faulty_release_stretches_every_distance_and_renames_some_carriers() -> None:
    """All distances are 1.2 times as long, about 30 % of the carriers unknown, and nothing else differs, the input least."""
    rows: list[Record] = [record(FLIGHT) for _ in range(5000)]
    broken = faulty(rows)
    assert {row["distance"] for row in broken} == {1400 * DISTANCE_FACTOR}
    carriers = Counter(row["carrier"] for row in broken)
    assert set(carriers) == {"UA", MERGED_CODE}
    assert abs(carriers[MERGED_CODE] / 5000 - MERGED_SHARE) < 0.03
    untouched = [{name: row[name] for name in ("origin", "dest", "hour", "dep_delay")} for row in broken]
    assert untouched == [{name: row[name] for name in ("origin", "dest", "hour", "dep_delay")} for row in rows]
    assert all(row == record(FLIGHT) for row in rows)
