"""A profile from the JSON values of its file, with nothing taken on trust.

The file travels: through a ConfigMap, a registry, somebody's editor. A profile that is subtly wrong would give subtly wrong
verdicts for months, so everything that the arithmetic relies on is checked when the file is read, and each fault is told with
the feature in which it is. The fingerprint is the last of these checks: it finds the edit that is plausible.
"""

import binascii
import math
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from sidecar.baseline.dispersion import Dispersion
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.fixed_point import FixedPoint
from sidecar.baseline.profile import SCHEMA, CategoricalFeature, Feature, NumericFeature, Profile

Document = Mapping[str, object]

_EXPONENTS: Final = range(-1022, 1023)


def profile_from_json(document: Document) -> Profile:
    """Return the profile that a document describes.

    Raises
    ------
    BaselineError
        If the document is of a newer schema, incomplete, contradictory, or not what its fingerprint says.
    """
    schema = _whole(document, "schema")
    if schema > SCHEMA:
        raise BaselineError(
            f"is of schema {schema}, this program reads up to {SCHEMA}: use a newer one, or build the baseline anew"
        )
    if schema < 1:
        raise BaselineError(f"is of schema {schema}, and the first one is 1")
    features = tuple(_feature(each) for each in _list(document, "features"))
    rows, ignored = _whole(document, "rows"), _texts(document, "ignored")
    profile = Profile(rows, features, ignored, _built(document), _dispersion(document, features))
    _check(profile)
    if document.get("fingerprint") != profile.fingerprint:
        raise BaselineError("does not match its fingerprint: it was changed after it was built, or damaged on the way")
    return profile


def is_profile(document: object) -> bool:
    """Whether a document means to be a profile, and no data."""
    return isinstance(document, Mapping) and isinstance(document.get("schema"), int)


def _check(profile: Profile) -> None:
    if not profile.features or not profile.rows:
        raise BaselineError("is empty: it has no features, or no rows")
    if len(set(profile.names)) < len(profile.names):
        twice = next(name for name in profile.names if profile.names.count(name) > 1)
        raise BaselineError("is there twice", feature=twice)
    for feature in profile.features:
        if feature.rows > profile.rows:
            raise BaselineError(f"counts {feature.rows} rows, the whole baseline has {profile.rows}", feature=feature.name)


def _feature(document: object) -> Feature:
    if not isinstance(document, Mapping):
        raise BaselineError("a feature is no JSON object")
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise BaselineError("a feature has no name")
    try:
        return _KINDS[_kind(document)](name, document)
    except BaselineError as error:
        raise BaselineError(error.fault, feature=name) from None


def _kind(document: Document) -> str:
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BaselineError(f"is of the unknown kind {kind!r}")
    return kind


def _numeric(name: str, document: Document) -> NumericFeature:
    edges, counts, sums = _doubles(document, "edges"), _counts(document, "counts"), _wholes(document, "sums")
    score_edges = _doubles(document, "score_edges")
    if not all(low < high for low, high in pairwise(edges)):
        raise BaselineError("edges do not ascend")
    if len(counts) != len(edges) + 1 or len(sums) != len(counts):
        raise BaselineError(f"{len(edges)} edges make {len(edges) + 1} bins, not {len(counts)} counts and {len(sums)} sums")
    if not set(score_edges) <= set(edges) or list(score_edges) != sorted(set(score_edges)):
        raise BaselineError("score_edges are no ascending part of edges")
    quartiles = _doubles(document, "quartiles") if document.get("quartiles") is not None else None
    if quartiles is not None and len(quartiles) != 2:
        raise BaselineError("quartiles are not two numbers")
    return NumericFeature(
        name=name,
        edges=edges,
        score_edges=score_edges,
        counts=counts,
        sums=sums,
        missing=_count(document, "missing"),
        infinite=_count(document, "infinite"),
        scale=_scale(document),
        minimum=_optional(document, "minimum"),
        maximum=_optional(document, "maximum"),
        quartiles=None if quartiles is None else (quartiles[0], quartiles[1]),
        mean=_optional(document, "mean"),
        deviation=_optional(document, "deviation"),
        whole=document.get("whole") is True,
    )


def _categorical(name: str, document: Document) -> CategoricalFeature:
    categories = document.get("categories")
    if not isinstance(categories, Mapping):
        raise BaselineError("categories is no object of texts and counts")
    feature = CategoricalFeature(
        name=name,
        categories={text: _count(categories, text) for text in categories},
        other=_count(document, "other"),
        missing=_count(document, "missing"),
        unseen=_count(document, "unseen"),
        singletons=_count(document, "singletons"),
        distinct=_count(document, "distinct"),
        seen=_hashes(document),
    )
    if feature.singletons > feature.other:
        raise BaselineError("has more singletons than rows in other")
    return feature


_KINDS: Final[Mapping[str, Callable[[str, Document], Feature]]] = {"numeric": _numeric, "categorical": _categorical}


def _dispersion(document: Document, features: Sequence[Feature]) -> Dispersion | None:
    if "dispersion" not in document:
        return None
    table = _object(document, "dispersion")
    spans, seconds = _doubles(table, "spans"), _double(table.get("seconds"), "dispersion.seconds")
    if not spans or not all(low < high for low, high in pairwise((0.0, *spans))) or seconds <= 0:
        raise BaselineError("dispersion has no ascending spans of time")
    names = [feature.name for feature in features]
    rows, phi = (_by_feature(_object(table, key), names, len(spans)) for key in ("rows", "phi"))
    if any(value < 1 for values in phi.values() for value in values) or any(min(values) < 0 for values in rows.values()):
        raise BaselineError("dispersion is below what independent rows have")
    return Dispersion(str(table.get("column", "")), seconds, spans, rows, phi)


def _by_feature(table: Document, names: Sequence[str], width: int) -> Mapping[str, tuple[float, ...]]:
    """Return as many numbers for each feature as there are spans."""
    found = {name: _doubles(table, name) for name in names}
    odd = [name for name, values in found.items() if len(values) != width]
    if odd or len(table) > len(names):
        raise BaselineError("dispersion does not fit the features and spans", feature=odd[0] if odd else None)
    return found


def _object(document: Document, key: str) -> Document:
    found = document.get(key)
    if not isinstance(found, Mapping):
        raise BaselineError(f"{key} is no object" if key in document else f"{key} is not there")
    return found


def _scale(document: Document) -> FixedPoint:
    exponent = _whole(document, "unit_exponent")
    if exponent not in _EXPONENTS:
        raise BaselineError(f"unit_exponent is {exponent}, beyond double precision")
    return FixedPoint(_double(document.get("origin"), "origin"), exponent)


def _hashes(document: Document) -> tuple[int, ...]:
    text = document.get("seen")
    try:
        packed = b64decode(text, validate=True) if isinstance(text, str) else b"?"
    except binascii.Error:
        packed = b"?"
    if len(packed) % 4:
        raise BaselineError("seen is no base64 of 32 bit numbers")
    return tuple(int.from_bytes(packed[start : start + 4], "big") for start in range(0, len(packed), 4))


def _built(document: Document) -> Mapping[str, str]:
    built = document.get("built", {})
    if not isinstance(built, Mapping):
        raise BaselineError("built is no object")
    return {str(key): str(value) for key, value in built.items()}


def _list(document: Document, key: str) -> Sequence[object]:
    found = document.get(key)
    if not isinstance(found, list):
        raise BaselineError(f"{key} is no list" if key in document else f"{key} is not there")
    return found


def _texts(document: Document, key: str) -> tuple[str, ...]:
    return tuple(str(text) for text in _list(document, key))


def _doubles(document: Document, key: str) -> tuple[float, ...]:
    return tuple(_double(value, key) for value in _list(document, key))


def _optional(document: Document, key: str) -> float | None:
    return None if document.get(key) is None else _double(document[key], key)


def _double(value: object, key: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise BaselineError(f"{key} has {value!r} where a number belongs")


def _wholes(document: Document, key: str) -> tuple[int, ...]:
    values = _list(document, key)
    return tuple(_whole({key: value}, key) for value in values)


def _counts(document: Document, key: str) -> tuple[int, ...]:
    values = _list(document, key)
    return tuple(_count({key: value}, key) for value in values)


def _count(document: Document, key: str) -> int:
    value = _whole(document, key)
    if value < 0:
        raise BaselineError(f"{key} has the negative count {value}")
    return value


def _whole(document: Document, key: str) -> int:
    value = document.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BaselineError(f"{key} has {value!r} where a whole number belongs" if key in document else f"{key} is not there")
    if not -(2**63) <= value < 2**63:
        raise BaselineError(f"{key} has {value}, which is beyond 64 bits")
    return value
