"""From data to a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sidecar.baseline.collect import Collector, collector
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.profile import Profile
from sidecar.baseline.source import Records, Source, Table, Wanted
from sidecar.baseline.study import Study
from sidecar.columns import Column

FEATURES: Final = 1000
"""Features that one baseline may have: each is a label of several metrics."""

TEXTS_REMEMBERED: Final = 65_536
"""Hashes of rare values in one profile; at 5.3 bytes of base64 each they stay well within a ConfigMap."""

PREDICTION: Final = "prediction"
"""The feature that is no part of a request: what the model answered, by the name that the decoders give it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person who builds a baseline decides, where the data does not say.

    Attributes
    ----------
    categorical
        Columns that are categories although they look like numbers.
    drop
        Columns to leave out.
    prediction
        The column that holds what the model answers; it becomes the feature `PREDICTION`.
    """

    categorical: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    prediction: str | None = None

    def feature_of(self, column: str) -> str:
        """Return what the feature of a column is called."""
        return PREDICTION if column == self.prediction else column


@dataclass(frozen=True, slots=True)
class Built:
    """A profile, and what the person who builds it should know.

    Attributes
    ----------
    profile
        The profile.
    remarks
        Feature -> what is odd about it; features about which nothing is are not in here.
    notes
        What there is to say about the data as a whole.
    """

    profile: Profile
    remarks: Mapping[str, Sequence[str]]
    notes: Sequence[str] = ()


def build(source: Source, choices: Choices | None = None, *, built: Mapping[str, str] | None = None) -> Built:
    """Make a profile of all the data of a source.

    Parameters
    ----------
    source
        The data.
    choices
        What to do with which column.
    built
        When and from what, for the profile's reader.

    Raises
    ------
    BaselineError
        If there is nothing to make a profile of, or a choice names a column that does not exist.
    """
    choices = choices or Choices()
    studies = source.studies()
    _check(studies, choices)
    collectors = {
        name: collector("categorical" if name in choices.categorical else found.kind, len(studies))
        for name, found in studies.items()
        if name not in choices.drop
    }
    rows = _collect(source, collectors, choices)
    if not rows:
        raise BaselineError("is empty: it has columns, but no rows")
    seen = share([each.texts for each in collectors.values()], TEXTS_REMEMBERED)
    features = tuple(each.feature(choices.feature_of(name), seen) for name, each in collectors.items())
    profile = Profile(rows, features, tuple(sorted(choices.drop)), dict(built or {}))
    remarks = {choices.feature_of(name): _remarks(each, studies[name]) for name, each in collectors.items()}
    return Built(profile, {name: remark for name, remark in remarks.items() if remark}, source.notes)


def profile_of_records(records: Sequence[object], choices: Choices | None = None) -> Profile:
    """Make a profile of row objects.

    Examples
    --------
    >>> profile = profile_of_records([{"age": 35, "plan": "a"}, {"age": 36, "plan": "b"}])
    >>> profile.rows, [(feature.name, feature.kind) for feature in profile.features]
    (2, [('age', 'numeric'), ('plan', 'categorical')])
    """
    return build(Records(records), choices).profile


def profile_of_columns(columns: Mapping[str, Column], choices: Choices | None = None) -> Profile:
    """Make a profile of columns, lists or arrays."""
    return build(Table(columns), choices).profile


def _check(studies: Mapping[str, Study], choices: Choices) -> None:
    predicted = frozenset() if choices.prediction is None else frozenset({choices.prediction})
    strangers = sorted((choices.drop | choices.categorical | predicted) - studies.keys())
    kept = [name for name in studies if name not in choices.drop]
    if not studies:
        raise BaselineError("is empty: it has no rows, or no columns")
    if strangers:
        raise BaselineError(f"there is no column {', '.join(map(repr, strangers))}; there are {', '.join(studies)}")
    if predicted - {PREDICTION} and PREDICTION in kept:
        raise BaselineError(f"has a column {PREDICTION!r} beside the prediction {choices.prediction!r}: --drop it")
    if predicted & choices.drop:
        raise BaselineError(f"the prediction, {choices.prediction!r}, was dropped")
    if not kept:
        raise BaselineError("every column was dropped")
    if len(kept) > FEATURES:
        raise BaselineError(f"has {len(kept)} features, and at most {FEATURES} can be watched")
    for name in kept:
        _check_name(name)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name:
        raise BaselineError(f"a feature needs a name, {name!r} is none")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BaselineError("the name is no valid Unicode", feature=name) from None


def _collect(source: Source, collectors: Mapping[str, Collector], choices: Choices) -> int:
    rows = 0
    for batch in source.read(Wanted(dict.fromkeys(choices.categorical, "categorical"), collectors.keys())):
        rows += batch.rows
        for name, column in batch.values.items():
            if name in collectors:
                collectors[name].add(column)
    return rows


def share(needs: Sequence[int], room: int) -> int:
    """Return how much each may have at most, so that all fit: who needs little leaves the rest to those who need more.

    Examples
    --------
    >>> share([2, 90, 3, 80], 100), share([2, 3], 100)
    (47, 100)
    """
    left = room
    for place, need in enumerate(sorted(needs)):
        most = left // (len(needs) - place)
        if need > most:
            return most
        left -= need
    return room


def _remarks(each: Collector, found: Study) -> list[str]:
    total = found.numbers + found.others + found.missing
    wrong = f"{each.wrong} of {total} values are of another type and count as missing"
    return each.remarks() + ([wrong] if each.wrong else [])
