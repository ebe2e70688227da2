"""Thresholds come from the settings, or are given by hand; either of a pair may be a feature's own."""

import pytest

from sidecar.settings import load_settings
from sidecar.verdict import Limits, Thresholds

GIVEN = Thresholds(warning=0.1, critical=0.4, features={"age": (0.3, None), "plan": (None, 0.9), "income": (1.0, 2.0)})


@pytest.mark.parametrize(
    ("feature", "pair"),
    [("age", (0.3, 0.4)), ("plan", (0.1, 0.9)), ("income", (1.0, 2.0)), ("other", (0.1, 0.4))],
)
def test_what_a_feature_has_no_own_threshold_for_is_common(feature: str, pair: tuple[float, float]) -> None:
    """Warning, critical, both or none can be set for a feature."""
    assert GIVEN.of(feature) == pair


def test_the_settings_are_thresholds() -> None:
    """What the settings hold needs no translation."""
    settings = load_settings(None, {"DRIFT_THRESHOLDS__FEATURES": '{"age": {"warning": 0.3}}'})
    limits = Limits.of(settings.thresholds, ["age", "plan"])
    assert limits.warning.tolist() == [0.3, 0.2]
    assert limits.critical.tolist() == [0.5, 0.5]


def test_no_features_have_no_thresholds() -> None:
    """A baseline without features gives empty arrays."""
    assert Limits.of(GIVEN, []).warning.shape == (0,)
