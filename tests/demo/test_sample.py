"""Rows drawn from a profile have the profile's histogram; drifted ones differ in every second feature."""

from collections import Counter

import pytest

from sidecar.baseline import CategoricalFeature, FixedPoint, NumericFeature, Profile
from sidecar.demo.sample import draw, imitable

ROWS = 20_000


def numeric(
    name: str, edges: tuple[float, ...], counts: tuple[int, ...], *, whole: bool = False, missing: int = 0
) -> NumericFeature:
    """Return a feature from 0 to 100 with these bins."""
    return NumericFeature(
        name=name,
        edges=edges,
        score_edges=edges,
        counts=counts,
        sums=(0,) * len(counts),
        missing=missing,
        infinite=0,
        scale=FixedPoint(0.0, 0),
        minimum=0.0,
        maximum=100.0,
        quartiles=(25.0, 75.0),
        mean=50.0,
        deviation=1.0,
        whole=whole,
    )


def categorical(name: str, categories: dict[str, int], other: int = 0) -> CategoricalFeature:
    """Return a feature with these categories."""
    return CategoricalFeature(
        name=name, categories=categories, other=other, missing=0, unseen=0, singletons=0, distinct=len(categories), seen=()
    )


def profile(*features: NumericFeature | CategoricalFeature) -> Profile:
    """Return a profile of features."""
    return Profile(rows=100, features=features)


def bins(values: list[object], edges: tuple[float, ...]) -> list[float]:
    """Return the share of each right-closed bin."""
    counts = [0] * (len(edges) + 1)
    for value in values:
        assert isinstance(value, int | float)
        counts[sum(value > edge for edge in edges)] += 1
    return [count / len(values) for count in counts]


@pytest.mark.parametrize("whole", [False, True])
def test_numbers_have_the_profiles_shares_and_range(whole: bool) -> None:
    """Every bin is hit as often as in the baseline, edges belong to the bin below, and no value leaves the range."""
    feature = numeric("x", (10.0, 20.0, 60.0), (40, 10, 30, 20), whole=whole)
    values = [row["x"] for row in draw(profile(feature), ROWS, seed=1)]
    assert bins(values, feature.edges) == pytest.approx([0.4, 0.1, 0.3, 0.2], abs=0.015)
    assert all(isinstance(value, int if whole else float) and 0 <= value <= 100 for value in values)


def test_an_atom_stays_one_value() -> None:
    """A bin that is as narrow as one value gives that value."""
    below = 4.999999999999999
    feature = numeric("x", (below, 5.0), (0, 90, 0))
    assert {row["x"] for row in draw(profile(feature), 100, seed=1)} == {5.0}


def test_missing_values_are_null() -> None:
    """What was missing in the baseline is null in its share of the rows."""
    rows = draw(profile(numeric("x", (50.0,), (40, 40), missing=20)), ROWS, seed=1)
    assert sum(row["x"] is None for row in rows) / ROWS == pytest.approx(0.2, abs=0.015)


def test_categories_have_the_profiles_shares() -> None:
    """Categories are drawn by their counts."""
    counts = Counter(row["c"] for row in draw(profile(categorical("c", {"a": 60, "b": 30, "c": 10})), ROWS, seed=1))
    assert {name: counts[name] / ROWS for name in "abc"} == pytest.approx({"a": 0.6, "b": 0.3, "c": 0.1}, abs=0.015)


def test_drift_moves_every_second_feature_and_leaves_the_others() -> None:
    """The first and third feature move to their far ends, the second stays."""
    edges = tuple(float(edge) for edge in range(10, 100, 10))
    features = [numeric(name, edges, (10,) * 10) for name in "xyz"]
    rows = draw(profile(*features), ROWS, seed=1, drifted=True)
    even = [0.1] * 10
    assert bins([row["y"] for row in rows], edges) == pytest.approx(even, abs=0.015)
    for name in "xz":
        assert bins([row[name] for row in rows], edges)[-1] == pytest.approx(0.1 ** (1 / 3), abs=0.015)


def test_a_feature_whose_rare_values_are_only_hashes_is_left_out() -> None:
    """What cannot be drawn faithfully is absent from the rows, which adds nothing to its histogram."""
    whole = profile(categorical("c", {"a": 50}, other=50), numeric("x", (50.0,), (50, 50)))
    assert [feature.name for feature in imitable(whole)] == ["x"]
    assert set(draw(whole, 1, seed=1)[0]) == {"x"}


def test_the_same_seed_draws_the_same_rows() -> None:
    """Rows are decided by profile and seed alone."""
    whole = profile(numeric("x", (50.0,), (50, 50)))
    assert draw(whole, 10, seed=1) == draw(whole, 10, seed=1) != draw(whole, 10, seed=2)
