"""The schema of the values: what helm lets through is what the programs behind it accept."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import BaseModel, ValidationError

from sidecar.settings import Settings
from sidecar.settings.inject import InjectSettings
from sidecar.settings.keys import keys_of
from tests.chart import cases
from tests.chart.helm import Manifest, RefusedError, render
from tests.chart.values_file import VALUES, read_values, walk
from tests.chart.values_schema import FIXED, inject_settings, sidecar_settings, values_schema

DECIDED = {"listen", "tls"}
VALUE = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.integers(-3, 30)
    | st.floats(allow_nan=False, allow_infinity=False)
)
PLACES = [
    *((Settings, sidecar_settings(FIXED), key.path) for key in keys_of(Settings) if key.path[0] not in FIXED),
    *((InjectSettings, inject_settings(), key.path) for key in keys_of(InjectSettings) if key.path[0] not in DECIDED),
]


def tree(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return settings in which `path` has `value`.

    >>> tree(("a", "b"), 1)
    {'a': {'b': 1}}
    """
    *above, last = path
    found: dict[str, Any] = {last: value}
    for name in reversed(above):
        found = {name: found}
    return found


def fault_of(model: type[BaseModel], values: Manifest) -> str:
    """Return what the model says against `values` as such; what two values say to each other is no matter of a schema."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        return "; ".join(fault["msg"] for fault in error.errors() if fault["type"] != "value_error")
    return ""


@given(st.sampled_from(PLACES), VALUE)
def test_nothing_passes_helm_that_the_program_behind_it_refuses(
    place: tuple[type[BaseModel], Manifest, tuple[str, ...]], value: object
) -> None:
    """A value of any key that the schema accepts is one that the model accepts."""
    model, schema, path = place
    values = tree(path, value)
    if Draft7Validator(schema).is_valid(values):
        assert fault_of(model, values) == ""


@pytest.mark.parametrize(
    ("place", "below", "lowest", "highest", "above"),
    [
        (("tap", "max_body"), 0, 1, 1 << 30, (1 << 30) + 1),
        (("tap", "buffer"), 65535, 65536, 1 << 32, (1 << 32) + 1),
        (("window", "rows"), 0, 1, 10_000_000, 10_000_001),
        (("evidence", "alpha"), 0, 1e-300, 1, 1.001),
    ],
)
def test_bounds_of_the_settings_are_bounds_of_the_values(
    place: tuple[str, ...], below: float, lowest: float, highest: float, above: float
) -> None:
    """Just outside is refused, just inside is not."""
    validator = Draft7Validator(sidecar_settings(FIXED))
    assert [validator.is_valid(tree(place, value)) for value in (below, lowest, highest, above)] == [False, True, True, False]


def test_the_schema_is_one_that_helm_can_read() -> None:
    """It is draft 7, and nothing in it refers to anything."""
    schema = values_schema()
    Draft7Validator.check_schema(schema)
    assert "$ref" not in str(schema)


def test_the_defaults_satisfy_their_own_schema() -> None:
    """Nobody who sets nothing is refused."""
    assert list(Draft7Validator(values_schema()).iter_errors(yaml.safe_load(VALUES.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("values", cases.ALL.values(), ids=cases.ALL)
def test_a_misspelt_group_is_refused(values: Manifest) -> None:
    """A key that does not exist is an error, at any level that has known keys."""
    validator = Draft7Validator(values_schema())
    assert validator.is_valid(values)
    assert not validator.is_valid({**values, "injcet": {}})
    assert not validator.is_valid({**values, "image": {"tga": "1"}})


@pytest.mark.parametrize(
    "values",
    [
        {"commonLabels": {"tier": 1}},
        {"commonAnnotations": {"a": True}},
        {"inject": {"podLabels": {"a": 1}}},
        {"inject": {"nodeSelector": {"disk": False}}},
        {"podMonitor": {"labels": {"release": 2}}},
        {"commonLabels": {"app.kubernetes.io/name": "other"}},
    ],
)
def test_labels_that_kubernetes_would_refuse_are_refused_first(values: Manifest) -> None:
    """A number, a truth, or a label by which the chart finds its own pods; text that looks like one is fine."""
    assert not Draft7Validator(values_schema()).is_valid(values)
    with pytest.raises(RefusedError, match="specifications of the schema"):
        render(values)
    render({"commonLabels": {"tier": "1"}, "commonAnnotations": {"a": "true"}})


def test_a_chart_around_this_one_may_switch_it() -> None:
    """A `condition` and `global` are values of ours then."""
    render({"enabled": True, "global": {"registry": "example.com"}, "inject": {"enabled": False}})
    with pytest.raises(RefusedError, match="enabled"):
        render({"enabled": "yes"})


def test_what_a_key_is_stands_above_it() -> None:
    """The comments of values.yaml are read as they were meant: sentences, groups, and what the default does not say."""
    entries = read_values('# -- first\n# goes on\n# @schema {"minimum": 1}\na: 1\n# A group.\nb:\n  # -- second\n  c: {d: 1}\n')
    first, group = entries
    assert (first.text, first.schema, first.default) == ("first goes on", {"minimum": 1}, 1)
    assert (group.text, group.described) == ("A group.", False)
    assert [(entry.dotted, entry.default) for entry in walk(entries)] == [("a", 1), ("b.c", {"d": 1})]
