"""From a drifting row to a person's telephone, and the all-clear, through the real things in between."""

from typing import Any

from tests.observe.world import MODEL, NAMESPACE, OLDER, VERSION, World

LABELS = {
    "alertname": "DriftCritical",
    "severity": "critical",
    "namespace": NAMESPACE,
    "model": MODEL,
    "model_version": VERSION,
}


def said(on_call: World, status: str, since: int) -> list[dict[str, Any]]:
    """Return what the telephone was told of critical drift with that status, from some call on."""
    alerts = [alert for call in on_call.calls[since:] for alert in call["alerts"]]
    return [alert for alert in alerts if alert["labels"]["alertname"] == "DriftCritical" and alert["status"] == status]


def test_drift_of_one_replica_calls_somebody_and_its_end_calls_it_off(on_call: World) -> None:
    """Sound traffic wakes nobody; drift makes one alert that names model, version and feature; its end resolves that alert."""
    on_call.until(lambda: on_call.query('drift_status{pod="two"} == 0') and not on_call.firing(), "all is well")
    calls = len(on_call.calls)
    alert = on_call.until(lambda: said(on_call, "firing", calls), "drift is told", one=OLDER)[0]
    assert alert["labels"] == LABELS
    assert "Features in alarm, with the highest score of any replica: age (" in alert["annotations"]["description"]
    began = alert["startsAt"]
    on_call.until(lambda: began in [alert["startsAt"] for alert in said(on_call, "resolved", calls)], "its end is told")
    on_call.until(lambda: not on_call.firing(), "all is well again")
    assert {alert["startsAt"] for alert in said(on_call, "firing", calls)} == {began}
