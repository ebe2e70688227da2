"""What is in force at the start of a tolerant sidecar, when the settings file is missing or wrong.

Who starts a sidecar by hand is told what is wrong, and it does not start. In a pod (``run --tolerant``, as injector and chart
write it) the file is a mounted ConfigMap, written by somebody else than the pod and at another time. A sidecar that ended
because of it would take its model out of service, and a typing error in a threshold would do so at the worst moment: when a
node was lost or traffic grew, and new pods have to start. So there the traffic comes first:

* A *missing* file is one without keys; the environment and the defaults are in force.
* A *wrong* one is passed over in the same way where the environment says where traffic comes from and where it goes to. It
  is an error in the log and in health until it is mended. Where only the file could have said it, nothing can be relayed
  without, and ending with an error is the better answer.

Either is read like any other change as soon as it appears or is mended. A wrong environment stays an error: it stands in the
pod's own manifest, and a pod that never was ready replaces none that is.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sidecar.settings.load import SIDECAR, SettingsError, SettingsMissingError, load_settings
from sidecar.settings.model import Settings

ENOUGH_TO_RELAY = ("DRIFT_LISTEN", "DRIFT_UPSTREAM")


class AtStart(NamedTuple):
    """The settings in force, and what is wrong with the file that should have said more; None when it said it."""

    settings: Settings
    fault: SettingsError | None


def settings_at_start(path: str | None, environ: Mapping[str, str]) -> AtStart:
    """Return the settings to start with.

    Raises
    ------
    SettingsError
        The environment is wrong, or the file is, and the environment alone does not say what to relay.
    """
    try:
        return AtStart(load_settings(path, environ), None)
    except SettingsError as fault:
        if not (isinstance(fault, SettingsMissingError) or all(environ.get(name, "").strip() for name in ENOUGH_TO_RELAY)):
            raise
        without_file = {name: value for name, value in environ.items() if name != SIDECAR.config_variable}
        try:
            return AtStart(load_settings(None, without_file), fault)
        except SettingsError:
            raise fault from None
