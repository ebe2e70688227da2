"""The baseline that the engine compares with: found at the start, or as soon as it is there.

A baseline that is missing or broken beside a model is no reason to end: the ConfigMap that holds it may be made after the pod,
or be mended, and its mount is optional. So while there is no baseline, the file is looked at from time to time. One that is in
force stays in force, for what was counted in its bins cannot be counted in another's.
"""

from sidecar.baseline import BaselineError, Profile, read_baseline, shipped_sample
from sidecar.engine.reload import Stamp, stamp_of
from sidecar.settings import Settings

NO_BASELINE = "no baseline is set: nothing to compare the traffic with"
_REDIS = "redis:"


def find_baseline(settings: Settings) -> tuple[Profile | None, str | None]:
    """Return the baseline, or why there is none.

    Without a model beside it the sidecar is being tried out, so the shipped sample stands in.
    """
    path = settings.baseline
    if path is None and settings.upstream is None:
        path = str(shipped_sample())
    if path is None:
        return None, NO_BASELINE
    if path.startswith(_REDIS):
        return None, f"{path}: this version reads no baseline from Redis; name a file"
    try:
        return read_baseline(path), None
    except BaselineError as error:
        return None, str(error)


class BaselineFile:
    """The file that the settings name, asked from time to time whether it has changed."""

    def __init__(self, path: str | None) -> None:
        self._path = None if path is None or path.startswith(_REDIS) else path
        self._seen = self._stamp()

    def changed(self) -> bool:
        """Return whether there is a file, and another one than when this was asked last."""
        stamp = self._stamp()
        before, self._seen = self._seen, stamp
        return stamp is not None and stamp != before

    def _stamp(self) -> Stamp | None:
        return None if self._path is None else stamp_of(self._path)
