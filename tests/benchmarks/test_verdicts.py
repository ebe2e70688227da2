"""Ratios are taken inside a round, and a promise that was not measured is not kept."""

import pytest

from benchmarks import latency, promises, throughput
from benchmarks.promises import at_least, at_most
from benchmarks.relay import Tapped


def _run(rate: float) -> throughput.Run:
    return throughput.Run(rate, 1, 2, 10, None, 20, None, None, None, 0.0)


def test_a_machine_that_slows_down_changes_no_ratio() -> None:
    """Halved speed in the second of three rounds hits both sides, and the ratio stays what it was in each round."""
    runs = {"relay": [_run(40), _run(20), _run(44)], "nginx": [_run(50), _run(25), _run(55)]}
    assert throughput.ratio(runs, "relay", "nginx") == pytest.approx(0.8)
    assert throughput.ratio(runs, "relay", "envoy mirror") is None


def test_added_latency_is_against_direct_in_the_same_round() -> None:
    """What is added is the median of differences, not the difference of medians."""
    runs = {
        "direct": [latency.Run({"p50": value}, {}) for value in (0.1, 0.5, 0.3)],
        "relay": [latency.Run({"p50": value}, {}) for value in (0.2, 0.6, 0.7)],
    }
    assert latency.added(runs, "relay", "p50") == pytest.approx(0.1)


def test_the_verdict_names_what_was_missed_and_what_was_not_measured() -> None:
    """Three promises, three words."""
    text = promises.text([at_least("speed", 2.0, 1), at_most("memory", 50.0, 45), at_least("ratio", None, 3)])
    words = [line.split()[-1] for line in text.splitlines()[2:]]
    assert words == ["kept", "MISSED", "measured"]


def test_the_tap_is_read_from_the_metrics_and_nothing_else_is() -> None:
    """Rows of direct calls, comments, other series and refusals by the engine are passed over; several series are added."""
    metrics = (
        "# HELP drift_rows_total Rows.\n"
        'drift_rows_total{source="direct"} 7.0\n'
        'drift_rows_total{source="tap"} 40.0\n'
        'drift_rows_total{model="m",source="tap"} 1.0\n'
        'drift_rows_created{source="tap"} 1.7e+09\n'
        'drift_tap_dropped_total{reason="sampled_out"} 5.0\n'
        'drift_tap_dropped_total{reason="overflow"} 2.0\n'
        'drift_tap_dropped_total{reason="not_json"} 100.0\n'
    )
    assert Tapped.of(metrics) == Tapped(rows=41.0, left_out=7.0)
