"""The baseline, reduced to what the verdict needs: counts, frozen bins, and what is ordinary.

A profile is made once, from the data that a model was trained on, and read by every sidecar next to that model. It holds no
rows, so it can be shared where the data cannot, and it is small: some kilobytes for a handful of features, under the mebibyte
of a ConfigMap for hundreds.

The bins belong to the baseline and are frozen with it. Bins that followed the traffic would make two windows, or two replicas,
incomparable, and their counts could not be added.

Two profiles of the same data are the same text apart from `built`, and have the same fingerprint: it is a hash of what the
verdict depends on, not of when the file was written or from what. A new key of the format therefore means a new `SCHEMA`: a
reader that ignored the key would take the file for a damaged one.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, TypeAlias

from sidecar.baseline.dispersion import Dispersion
from sidecar.baseline.fixed_point import FixedPoint

SCHEMA: Final = 2
"""Newest version of the file format. A reader refuses what is newer, and says so; 2 has what was learned from times."""

Kind = Literal["numeric", "categorical"]


@dataclass(frozen=True, slots=True)
class NumericFeature:
    """A feature of numbers.

    Bins are right-closed, ``(edges[i-1], edges[i]]``, with open ends: `edges` has one entry less than `counts`.

    Attributes
    ----------
    name
        The key under which rows carry the feature.
    edges
        Upper edges of the fine bins, strictly increasing.
    score_edges
        Upper edges of the score bins, a part of `edges`: so every fine bin lies in exactly one score bin.
    counts, sums
        Of each fine bin: baseline rows, and the sum of their values in units of `scale`.
    missing, infinite
        Baseline rows without a value (null, NaN, wrong type), and with plus or minus infinity.
    scale
        The fixed-point scale of `sums`.
    minimum, maximum
        The range of the finite values; None where there is none.
    quartiles
        First and third quartile; None where there is no finite value.
    mean, deviation
        Of the finite values, population standard deviation; for people, and as the yardstick of Wasserstein distances.
    whole
        Whether all finite values are whole numbers.
    """

    name: str
    edges: tuple[float, ...]
    score_edges: tuple[float, ...]
    counts: tuple[int, ...]
    sums: tuple[int, ...]
    missing: int
    infinite: int
    scale: FixedPoint
    minimum: float | None
    maximum: float | None
    quartiles: tuple[float, float] | None
    mean: float | None
    deviation: float | None
    whole: bool
    kind: Literal["numeric"] = field(default="numeric", init=False)

    @property
    def rows(self) -> int:
        """Baseline rows that speak of the feature."""
        return sum(self.counts) + self.missing + self.infinite

    def to_json(self) -> dict[str, object]:
        """Return the feature as JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "edges": list(self.edges),
            "score_edges": list(self.score_edges),
            "counts": list(self.counts),
            "sums": list(self.sums),
            "missing": self.missing,
            "infinite": self.infinite,
            "origin": self.scale.origin,
            "unit_exponent": self.scale.exponent,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "quartiles": None if self.quartiles is None else list(self.quartiles),
            "mean": self.mean,
            "deviation": self.deviation,
            "whole": self.whole,
        }


@dataclass(frozen=True, slots=True)
class CategoricalFeature:
    """A feature of categories.

    Attributes
    ----------
    name
        The key under which rows carry the feature.
    categories
        The text of each category with a bin of its own, and its baseline rows, most frequent first.
    other
        Baseline rows of rarer values that are remembered in `seen`.
    missing
        Baseline rows without a value.
    unseen
        Baseline rows of values that `seen` has no room for: to a reader of the profile such a value is as new as one that
        never was, so the baseline has to count it the same way.
    singletons
        Values in `other` that the baseline holds exactly once.
    distinct
        How many values the baseline holds.
    seen
        Short hashes of the values in `other`, ascending.
    """

    name: str
    categories: Mapping[str, int]
    other: int
    missing: int
    unseen: int
    singletons: int
    distinct: int
    seen: tuple[int, ...]
    kind: Literal["categorical"] = field(default="categorical", init=False)

    @property
    def rows(self) -> int:
        """Baseline rows that speak of the feature."""
        return sum(self.categories.values()) + self.other + self.missing + self.unseen

    def to_json(self) -> dict[str, object]:
        """Return the feature as JSON values; the hashes as base64 of big-endian 32 bit numbers."""
        return {
            "name": self.name,
            "kind": self.kind,
            "categories": dict(self.categories),
            "other": self.other,
            "missing": self.missing,
            "unseen": self.unseen,
            "singletons": self.singletons,
            "distinct": self.distinct,
            "seen": b64encode(b"".join(value.to_bytes(4, "big") for value in self.seen)).decode(),
        }


Feature: TypeAlias = NumericFeature | CategoricalFeature


@dataclass(frozen=True)
class Profile:
    """A whole baseline.

    Attributes
    ----------
    rows
        Baseline rows.
    features
        In the order of the baseline's columns, which is the order of positional rows on the wire.
    ignored
        Names that the data had and that were left out on purpose: a row that carries them is not odd.
    built
        When and from what the profile was made ("at", "from"); no part of the fingerprint.
    dispersion
        What the rows' times tell of how blocks of them vary; None where nobody gave times.
    """

    rows: int
    features: tuple[Feature, ...]
    ignored: tuple[str, ...] = ()
    built: Mapping[str, str] = field(default_factory=dict, compare=False)
    dispersion: Dispersion | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the features' names, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the canonical content, in hexadecimal."""
        canonical = json.dumps(self._content(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, object]:
        """Return the profile as the JSON values of its file."""
        content = self._content()
        return {"schema": content["schema"], "fingerprint": self.fingerprint, "built": dict(self.built)} | content

    def _content(self) -> dict[str, object]:
        features = [feature.to_json() for feature in self.features]
        content = {"schema": 1, "rows": self.rows, "ignored": list(self.ignored), "features": features}
        return content if self.dispersion is None else content | {"schema": SCHEMA, "dispersion": self.dispersion.to_json()}
