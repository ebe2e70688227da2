"""Reload: thresholds and alert targets follow the mounted ConfigMap without a restart.

Kubernetes replaces a mounted ConfigMap by swapping a symbolic link, so what identifies a version is the file that the path
leads to, not the path. A file that is wrong is reported and changes nothing: the settings in force stay in force.
"""

import os
from collections.abc import Mapping

from sidecar.settings import AtStart, Settings, SettingsError, load_settings, settings_at_start

RELOADED = ("thresholds", "evidence", "quality", "alerts")
Stamp = tuple[int, int, int]


def stamp_of(path: str) -> Stamp | None:
    """Return what tells one version of a file from another; None when there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - one system call, no object
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


class SettingsFile:
    """The settings file, asked from time to time whether it has changed."""

    def __init__(self, path: str | None, environ: Mapping[str, str]) -> None:
        self._path = path or environ.get("DRIFT_CONFIG") or None
        self._environ = environ
        self._seen = self._stamp()

    def at_start(self) -> AtStart:
        """Return the settings to start with; whatever comes of the file from here on is a change.

        Raises
        ------
        SettingsError
            There is nothing to start with.
        """
        self._seen = self._stamp()
        return settings_at_start(self._path, self._environ)

    def changed(self) -> Settings | None:
        """Return new settings when the file is another one than before, else None.

        Raises
        ------
        SettingsError
            The new file is wrong; it is not reported again until it changes again.
        """
        stamp = self._stamp()
        if self._path is None or stamp == self._seen:
            return None
        self._seen = stamp
        if stamp is None:
            raise SettingsError(f"{self._path}: the file has gone; the settings in force stay")
        return load_settings(self._path, self._environ)

    def _stamp(self) -> Stamp | None:
        return None if self._path is None else stamp_of(self._path)


def merged(running: Settings, new: Settings) -> Settings:
    """Return the running settings with what may change taken from `new`."""
    return running.model_copy(update={name: getattr(new, name) for name in RELOADED})


def needs_restart(running: Settings, new: Settings) -> list[str]:
    """Return the top-level keys that differ and that only a restart applies."""
    names = set(Settings.model_fields) - set(RELOADED)
    return sorted(name for name in names if getattr(running, name) != getattr(new, name))
