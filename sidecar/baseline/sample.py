"""The shipped sample: a baseline for those who try the sidecar out without one of their own."""

from pathlib import Path

import sidecar

SAMPLE = "baseline_data.json"


def shipped_sample() -> Path:
    """Return where the sample is: inside an installed package, beside it in a checkout."""
    package = Path(sidecar.__file__).parent
    installed = package / SAMPLE
    return installed if installed.exists() else package.parent / SAMPLE
