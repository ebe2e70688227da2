"""The detector that the settings ask for: the same for live traffic, for a batch and for a file."""

from sidecar.baseline import Profile
from sidecar.drift_detector import DriftDetector
from sidecar.settings import Settings
from sidecar.window import WindowRule


def detector_of(settings: Settings, profile: Profile | None) -> DriftDetector:
    """Return a detector that has seen no rows."""
    window = settings.window
    return DriftDetector(
        profile,
        thresholds=settings.thresholds,
        window=WindowRule(window.rows, window.min_seconds, window.seconds),
        alpha=settings.evidence.alpha,
        model_version=settings.model.version,
    )
