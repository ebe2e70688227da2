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

from sidecar.baseline.errors import BaselineError
from sidecar.baseline.fixed_point import FixedPoint
from sidecar.baseline.profile import SCHEMA, CategoricalFeature, Feature, NumericFeature, Profile

__all__ = ["SCHEMA", "BaselineError", "CategoricalFeature", "Feature", "FixedPoint", "NumericFeature", "Profile"]
