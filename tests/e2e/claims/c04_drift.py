"""Rows that look like the baseline, then rows that do not; what a real Prometheus has scraped meanwhile."""

import json
from http.client import HTTPConnection

from examples.customers import CAMPAIGN, TRAINED, Market, draw
from tests.e2e import workload
from tests.e2e.cluster import Json, address, apply, pods, restarts, until
from tests.e2e.prometheus import Prometheus
from tests.e2e.report import note

MODELS, ROWS = "models", 800
STATUS = 'drift_status{app="watched"}'
OK, CRITICAL = 0, 2


def send(market: Market, rows: int, seed: int) -> None:
    """Ask for a prediction for each of so many customers, as their Service's client would."""
    line = HTTPConnection(*address("watched", MODELS), timeout=30)
    for row in draw(rows, seed, market):
        line.request("POST", "/predict", json.dumps({"features": row}), {"Content-Type": "application/json"})
        answer = line.getresponse()
        assert (answer.status, "prediction" in json.load(answer)) == (200, True)
    line.close()


def test_rows_like_the_baseline_are_ok(prometheus: Prometheus) -> None:
    """800 rows like the training data: the scraped status is ok."""
    send(TRAINED, ROWS, 1)
    prometheus.until_value(STATUS, OK)
    counted = prometheus.value('sum(drift_rows_total{app="watched",source="tap"})')
    note(f"{counted:g} rows read")


def test_drift_is_scraped(prometheus: Prometheus) -> None:
    """800 rows of younger, newer customers: the scraped status is critical, and the score of age is above 0.5."""
    send(CAMPAIGN, ROWS, 2)
    prometheus.until_value(STATUS, CRITICAL)
    score = prometheus.value('drift_score{app="watched",feature="age"}')
    assert score is not None
    assert score > 0.5
    note(f"drift_score of age {score:.2f}")


def test_thresholds_reload(prometheus: Prometheus, watched: Json, baseline: str) -> None:
    """Higher thresholds in the ConfigMap: the same drift is ok, and nothing was restarted."""
    apply(workload.settings("watched", MODELS, baseline, warning=50.0, critical=100.0))

    def calm() -> bool:
        send(CAMPAIGN, 40, 3)
        return prometheus.value(STATUS) == OK

    until(calm, "the status is ok")
    assert restarts(pods(MODELS, app="watched")[0]) == restarts(watched)


def test_thresholds_reload_again(prometheus: Prometheus, watched: Json, baseline: str) -> None:
    """And with the former ones it is critical again."""
    apply(workload.settings("watched", MODELS, baseline, warning=0.2, critical=0.5))

    def alarmed() -> bool:
        send(CAMPAIGN, 40, 4)
        return prometheus.value(STATUS) == CRITICAL

    until(alarmed, "the status is critical")
    assert restarts(pods(MODELS, app="watched")[0]) == restarts(watched)
