"""An alarm comes at once and goes slowly: worked examples, close by close."""

import numpy as np
import pytest

from sidecar.verdict import Hold, Limits
from sidecar.verdict.rule import CRITICAL, INSUFFICIENT, OK, WARNING

LIMITS = Limits(np.array([0.2]), np.array([0.5]))
FRESH = {"ok": OK, "no evidence": INSUFFICIENT, "no rows": INSUFFICIENT, "warning": WARNING, "critical": CRITICAL}
HELD = {0: "-", int(WARNING): "warning", int(CRITICAL): "critical"}


def history(*closes: tuple[float, str]) -> list[str]:
    """Return what a feature is held at after each close, given its score and what the rule says."""
    hold = Hold(1)
    held = []
    for score, fresh in closes:
        rows = np.array([0.0 if fresh == "no rows" else 100.0])
        hold.close(np.array([FRESH[fresh]]), np.array([score]), rows, LIMITS)
        held.append(HELD[int(hold.rank[0])])
    return held


LOW = (0.1, "ok")


def test_three_low_closes_clear_a_warning() -> None:
    """Below 0.16, three times in a row."""
    assert history((0.3, "warning"), LOW, LOW, LOW, LOW) == ["warning", "warning", "warning", "-", "-"]


def test_a_critical_feature_falls_one_step_at_a_time() -> None:
    """Three low closes from critical to warning, three more to nothing."""
    assert history((0.9, "critical"), *[LOW] * 6) == ["critical"] * 3 + ["warning"] * 3 + ["-"]


def test_each_step_has_its_own_threshold() -> None:
    """A score of 0.3 is below 0.8 of 0.5 and clears critical; it is a warning all the same, and stays one."""
    assert history((0.9, "critical"), *[(0.3, "warning")] * 5) == ["critical"] * 3 + ["warning"] * 3


@pytest.mark.parametrize(("score", "held"), [(0.1599, "-"), (0.1601, "warning"), (0.19, "warning")])
def test_low_means_below_four_fifths_of_the_threshold(score: float, held: str) -> None:
    """Just under 0.16 clears; just above, and between it and the threshold, the warning stays."""
    assert history((0.3, "warning"), *[(score, "ok")] * 3)[-1] == held


def test_low_closes_must_follow_one_another() -> None:
    """One close above 0.16 and the count begins anew."""
    assert history((0.3, "warning"), LOW, LOW, (0.18, "ok"), LOW, LOW)[-1] == "warning"
    assert history((0.3, "warning"), LOW, LOW, (0.18, "ok"), LOW, LOW, LOW)[-1] == "-"


def test_a_new_alarm_begins_the_count_anew() -> None:
    """Two low closes, an alarm, and two low closes are not four."""
    assert history((0.3, "warning"), LOW, LOW, (0.3, "warning"), LOW, LOW)[-1] == "warning"


def test_low_closes_before_the_alarm_do_not_count() -> None:
    """However long a feature has been ok, its warning takes three low closes."""
    assert history(LOW, LOW, LOW, LOW, (0.3, "warning"), LOW, LOW)[-1] == "warning"


def test_losing_the_evidence_clears_nothing() -> None:
    """A high score that is no longer proven, as in a window that shrinks overnight, keeps the alarm."""
    assert history((0.3, "warning"), *[(0.3, "no evidence")] * 9)[-1] == "warning"


def test_an_alarm_rises_at_once() -> None:
    """From nothing, and from warning, to critical in one close."""
    assert history((0.9, "critical")) == ["critical"]
    assert history((0.3, "warning"), (0.9, "critical")) == ["warning", "critical"]


def test_a_feature_without_rows_is_let_go() -> None:
    """What it was held for has left the window; when rows come back they are judged afresh."""
    assert history((0.9, "critical"), (float("nan"), "no rows"), LOW) == ["critical", "-", "-"]


def test_a_feature_with_rows_and_no_score_is_held() -> None:
    """A distance has no value where every value is missing, and that is no sign that the drift is over."""
    assert history((0.9, "critical"), *[(float("nan"), "no evidence")] * 9)[-1] == "critical"


def test_features_are_held_one_by_one() -> None:
    """Clearing one feature clears no other, and a reset clears all."""
    hold, limits, rows = Hold(2), Limits(np.array([0.2, 0.2]), np.array([0.5, 0.5])), np.full(2, 100.0)
    hold.close(np.array([WARNING, CRITICAL]), np.array([0.3, 0.9]), rows, limits)
    for _ in range(3):
        hold.close(np.array([OK, CRITICAL]), np.array([0.1, 0.9]), rows, limits)
    assert hold.rank.tolist() == [0, CRITICAL]
    hold.reset()
    assert hold.rank.tolist() == [0, 0]
