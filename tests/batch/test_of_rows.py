"""A batch is judged as a window of the same rows that has no past, however its rows were cut."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.baseline import profile_of_columns
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from sidecar.reasons import Insufficiency, Status
from sidecar.window import WindowRule
from tests.histogram.strategies import rows

PROFILE = profile_of_columns({"number": [*range(-500, 500)], "category": ["a", "b", "c", None] * 250})


@settings(max_examples=40)
@given(rows(least=1, most=60), st.lists(st.integers(0, 60), max_size=4))
def test_a_batch_is_the_live_window_of_the_same_rows(records: list[dict[str, object]], cuts: list[int]) -> None:
    """Without a pane close there is no hysteresis, and then the two reports differ in nothing but the window's times."""
    live = DriftDetector(PROFILE, window=WindowRule(rows=20_000))
    live.observe(columns_of(records), at=1e9)
    expected = live.report(1e9, bins=True).to_dict()
    bounds = sorted({0, len(records), *(cut for cut in cuts if cut < len(records))})
    parts = [columns_of(records[start:stop]) for start, stop in pairwise(bounds)]
    found = DriftDetector(PROFILE).batch(parts).to_dict()
    assert found.pop("window")["unknown"] == expected.pop("window")["unknown"]
    assert found == expected


def test_a_batch_leaves_no_trace() -> None:
    """Counted rows, totals and statuses of the live window are what they were, and a batch knows nothing of them."""
    detector = DriftDetector(PROFILE, window=WindowRule(rows=100))
    detector.observe(columns_of([{"number": 0, "category": "a"}] * 200), at=1e9)
    before = (detector.report(1e9).to_dict(), detector.totals.rows, detector.versions)
    usual = np.random.default_rng(1).integers(-500, 500, 400).tolist()
    report = detector.batch([columns_of([{"number": number, "category": "abc"[number % 3]} for number in usual])])
    assert (report.features["number"].status, report.window.rows) == (Status.OK, 400)
    assert (detector.report(1e9).to_dict(), detector.totals.rows, detector.versions) == before


def test_a_batch_of_nothing_says_so() -> None:
    """No rows and no baseline are reasons, and no errors."""
    assert DriftDetector(PROFILE).batch([]).reason is Insufficiency.NO_ROWS
    report = DriftDetector(None).batch([columns_of([{"x": 1}])])
    assert (report.reason, report.window.rows) == (Insufficiency.NO_BASELINE, 1)
