"""The baseline: what the data looked like when the model was trained.

Glossary
--------
profile
    A baseline reduced to frozen bins and counts (`Profile`); the file that `baseline build` writes.
feature
    One column of the baseline, numeric or categorical.
atom
    A single value that holds so much of the baseline that it is a bin of its own.
fixed point
    The whole-number scale on which values are added up, so that merging is exact (`FixedPoint`).
fingerprint
    A hash of everything that the verdict depends on.
"""

from sidecar.baseline.build import Built, Choices, build, profile_of_columns, profile_of_records
from sidecar.baseline.dispersion import Dispersion
from sidecar.baseline.document import profile_from_json
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.files import open_files
from sidecar.baseline.fixed_point import FixedPoint
from sidecar.baseline.profile import SCHEMA, CategoricalFeature, Feature, NumericFeature, Profile
from sidecar.baseline.read import profile_of_document, read_baseline
from sidecar.baseline.sample import shipped_sample
from sidecar.baseline.show import show, table
from sidecar.baseline.write import profile_text, write_profile

__all__ = [
    "SCHEMA",
    "BaselineError",
    "Built",
    "CategoricalFeature",
    "Choices",
    "Dispersion",
    "Feature",
    "FixedPoint",
    "NumericFeature",
    "Profile",
    "build",
    "open_files",
    "profile_from_json",
    "profile_of_columns",
    "profile_of_document",
    "profile_of_records",
    "profile_text",
    "read_baseline",
    "shipped_sample",
    "show",
    "table",
    "write_profile",
]
