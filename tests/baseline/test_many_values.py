"""Columns of more values than a profile remembers: what is kept of them is fair, and they raise no alarm by themselves."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import CategoricalFeature, Profile, profile_of_columns
from sidecar.baseline.build import build, share
from sidecar.baseline.source import Table
from sidecar.baseline.summary import categorical_feature
from sidecar.columns import Columns, short_hash
from sidecar.drift_detector import DriftDetector
from sidecar.histogram import Layout, Special, encode
from sidecar.reasons import Issue


@pytest.mark.parametrize(("values", "rows"), [(2000, 2000), (2000, 5000), (5000, 10_000)])
def test_what_is_remembered_of_too_many_values_is_drawn_by_lot(values: int, rows: int) -> None:
    """Values that happen to be frequent in the baseline are not preferred, for fresh rows do not prefer them either."""
    random, room = np.random.default_rng(rows), values // 4
    counts = Counter(f"value {draw}" for draw in random.integers(values, size=rows).tolist())
    feature = categorical_feature("x", counts, 0, seen=room)
    rare = feature.other + feature.unseen
    forgotten = len(counts) - len(feature.categories) - room
    assert feature.other / room == pytest.approx(feature.unseen / forgotten, rel=0.1)
    remembered = {text for text in counts if short_hash(text) in feature.seen and text not in feature.categories}
    assert (sum(counts[text] for text in remembered), rare) == (feature.other, rows - sum(feature.categories.values()))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(0, 200))
def test_room_is_shared_so_that_nothing_is_wasted(needs: list[int], room: int) -> None:
    """All fit where they can; otherwise what is used fills the room but for less than one each."""
    used = sum(min(need, share(needs, room)) for need in needs)
    assert used <= room
    assert used == sum(needs) or used > room - len(needs)


def test_a_column_too_large_to_remember_leaves_the_others_their_memory() -> None:
    """Ten plans beside ninety thousand customers are all known."""
    plans = [f"plan {row % 10}" if row < 10 else "free" for row in range(90_000)]
    customer, plan = profile_of_columns({"customer": [f"{row}" for row in range(90_000)], "plan": plans}).features
    assert isinstance(customer, CategoricalFeature)
    assert isinstance(plan, CategoricalFeature)
    assert customer.unseen > 20_000
    assert (plan.unseen, len(plan.seen)) == (0, 10)


def remembering(texts: Sequence[str], seen: int) -> Profile:
    """Return the profile of one column of texts, of whose rarer values so many are remembered."""
    return Profile(len(texts), (categorical_feature("x", Counter(texts), 0, seen=seen),))


@pytest.mark.parametrize("law", ["uniform", "power"])
@pytest.mark.parametrize(("values", "rows"), [(2000, 2000), (2000, 4000), (10_000, 10_000), (10_000, 30_000)])
def test_more_values_than_can_be_remembered_are_no_drift(law: str, values: int, rows: int) -> None:
    """Fresh rows of the baseline's own law raise no alarm, although most of their values were seen and are not known."""
    random = np.random.default_rng(values + rows)
    shares = np.arange(1, values + 1) ** (-0.5 if law == "power" else 0.0)

    def texts(size: int) -> list[str]:
        return [f"value {number}" for number in random.choice(values, size=size, p=shares / shares.sum())]

    detector = DriftDetector(remembering(texts(rows), 500))
    for _ in range(10):
        report = detector.batch([Columns(1000, {"x": texts(1000)})])
        assert not report.status.alarming
        assert (report.drift_score or 0.0) < 0.1
        assert Issue.UNSEEN_CATEGORY.value not in report.quality.get("x", {})


@pytest.mark.parametrize(("room", "told"), [(99, False), (100, True), (101, True)])
def test_new_values_are_told_as_long_as_all_old_ones_are_remembered(room: int, *, told: bool) -> None:
    """With room for all of them a new value is an issue of its row; with less, nobody can say which is new."""
    layout = Layout(remembering([f"value {number}" for number in range(100)] * 3, room))
    encoded = encode(Columns(1, {"x": ["another"]}), layout)
    assert encoded.codes[0, 0] == Special.UNSEEN
    assert bool(encoded.issues[0, 0]) is told


@pytest.mark.parametrize(
    ("numbers", "remark"),
    [
        ([10**6 + 7 * row for row in range(1000)], "every value differs"),
        ([float(10**6 + 7 * row) for row in range(1000)], "every value differs"),
        ([*range(500, 1500)], "numbered through"),
        ([2**63 + row for row in range(400)], "beyond 2**53"),
        ([7] * 400, "constant"),
        ([row * row for row in range(300)], None),
        ([row % 999 for row in range(1000)], None),
        ([row / 3 for row in range(1000)], None),
        ([*range(20)], None),
    ],
)
def test_numbers_that_identify_a_row_are_pointed_out(numbers: list[float], remark: str | None) -> None:
    """Whole numbers without a repeat, where an even draw from their range would have had several; not fractions."""
    remarks = build(Table({"x": numbers})).remarks.get("x", ["nothing"])
    assert remarks[0].startswith(remark or "nothing")
