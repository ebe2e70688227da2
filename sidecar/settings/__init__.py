"""Settings: one model, read once, from one YAML file and the environment.

Nothing else in the house reads the environment. The model is also the source of the JSON schema (``config schema``), of the
chart's values and of the table in the README, so a key that is not in it does not exist, and naming one is an error.

Glossary
--------
address
    where a socket listens or connects: ``host:port``, ``[v6]:port`` or ``unix:PATH``.
key
    a leaf of the model, written with dots (``tap.max_body``); its variable is ``DRIFT_TAP__MAX_BODY``.
"""

from sidecar.address import Address
from sidecar.settings.describe import KeyDescription, describe_keys, json_schema
from sidecar.settings.load import SettingsError, SettingsMissingError, load_settings
from sidecar.settings.model import FeatureThresholds, Settings
from sidecar.settings.start import AtStart, settings_at_start

__all__ = [
    "Address",
    "AtStart",
    "FeatureThresholds",
    "KeyDescription",
    "Settings",
    "SettingsError",
    "SettingsMissingError",
    "describe_keys",
    "json_schema",
    "load_settings",
    "settings_at_start",
]
