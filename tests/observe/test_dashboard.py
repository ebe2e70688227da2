"""The dashboard: as it is shipped, as Grafana reads it, and as Prometheus answers it while a model's data drifts."""

import json
import math
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.observe.dashboard import FILE, build
from tests.observe.world import MODEL, NAMESPACE, OLDER, RATE_SECONDS, VERSION, World

COLUMNS = 24
SPAN_SECONDS = 10.0
VARIABLES = ("namespace", "model", "pod", "model_version")
EVERYTHING = dict.fromkeys(VARIABLES, ".*")
THIS = {"namespace": NAMESPACE, "model": MODEL, "pod": "one", "model_version": VERSION}
Panel = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return what is shipped."""
    shipped: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return shipped


def test_what_is_shipped_is_what_its_source_says() -> None:
    """``make docs`` writes it."""
    assert FILE.read_text(encoding="utf-8") == build()


def test_grafana_loses_nothing_of_it(document: dict[str, Any]) -> None:
    """Read into the types that are made from Grafana's schemas and written again, it is the same."""
    again = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(document)))
    assert again == document


def test_each_panel_has_a_number_a_place_and_a_question_that_it_answers(document: dict[str, Any]) -> None:
    """Numbers are unique, places are within the grid and nobody else's, and a person can ask what a panel means."""
    panels: list[Panel] = document["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= COLUMNS for panel in panels)
    assert [(one["title"], other["title"]) for one, other in combinations(panels, 2) if _overlap(one, other)] == []
    for panel in panels:
        assert panel["title"]
        assert panel["type"] == "row" or panel["description"].endswith(".")


def _overlap(one: Panel, other: Panel) -> bool:
    a, b = one["gridPos"], other["gridPos"]
    return bool(a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"])


def test_every_question_goes_to_the_data_source_that_is_chosen(document: dict[str, Any]) -> None:
    """No name of a data source of ours is in it, and every variable that is used is defined."""
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    variables = document["templating"]["list"]
    asking = [
        *document["panels"],
        *(target for _, target in targets(document)),
        *document["annotations"]["list"],
        *variables[1:],
    ]
    assert [asks for asks in asking if asks.get("type") != "row" and asks["datasource"] != chosen] == []
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(document)))
    assert used == {variable["name"] for variable in variables} | {"__rate_interval", "__all"}


def targets(document: dict[str, Any]) -> Iterator[tuple[Panel, dict[str, Any]]]:
    """Yield every query with its panel."""
    yield from ((panel, target) for panel in document["panels"] for target in panel.get("targets", []))


def asked(expression: str, chosen: dict[str, str]) -> str:
    """Return `expression` with its variables filled in, as Grafana does."""
    filled = chosen | {"__rate_interval": f"{RATE_SECONDS}s"}
    return re.sub(r"\$(\w+)", lambda found: filled[found[1]], expression)


def finite(series: dict[str, Any]) -> bool:
    """Return whether a series has a number to show."""
    return any(math.isfinite(float(value)) for _, value in series.get("values", [series.get("value")]))


@pytest.fixture(scope="module")
def drifting(on_call: World) -> World:
    """Let one replica drift, and refuse a question now and then, until every rate has something to count."""

    def counted() -> object:
        assert on_call.post("one", "no JSON")[0] == 400
        return on_call.query('drift_status{pod="one"} == 2 and on (pod) rate(drift_tap_dropped_total{reason="status"}[3s]) > 0')

    on_call.until(counted, "it drifts, and what is refused is counted", one=OLDER)
    return on_call


def lacking(world: World, document: dict[str, Any], chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Return title and query where there is no number to show, or a legend names a label that no series has."""
    found = []
    for panel, target in targets(document):
        answer = world.query(asked(target["expr"], chosen), SPAN_SECONDS if target["range"] else None)
        named = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
        if not any(map(finite, answer)) or not named <= {label for series in answer for label in series["metric"]}:
            found.append((panel["title"], target["expr"]))
    return found


@pytest.mark.parametrize("chosen", [EVERYTHING, THIS])
def test_every_panel_shows_something(drifting: World, document: dict[str, Any], chosen: dict[str, str]) -> None:
    """Each query of each panel is answered with numbers, and with the labels that its legend names."""
    assert len(list(targets(document))) > len(document["panels"])
    wanting: list[tuple[str, str]] = []

    def complete() -> bool:
        wanting[:] = lacking(drifting, document, chosen)
        return not wanting

    drifting.until(complete, f"all panels show something, but {wanting} do not", one=OLDER)


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_choice_leaves_the_others_out(drifting: World, document: dict[str, Any], variable: str) -> None:
    """A model, or a pod, that is not there has nothing but zeros, wherever its variable is asked for."""
    nobody = EVERYTHING | {variable: "nobody"}
    expressions = [target["expr"] for _, target in targets(document) if f"${variable}" in target["expr"]]
    assert expressions
    for expression in expressions:
        answer = drifting.query(asked(expression, nobody))
        assert [series for series in answer if float(series["value"][1])] == [], expression


def offered(world: World, variables: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the values of each variable that Grafana finds."""
    found = {}
    for variable in variables:
        selector, label = variable["query"]["query"].removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
        answer = world.query(f"group by ({label}) ({asked(selector, EVERYTHING)})")
        found[variable["name"]] = {series["metric"][label] for series in answer}
    return found


def test_every_variable_has_something_to_choose(drifting: World, document: dict[str, Any]) -> None:
    """The labels that are offered at the top of the page exist."""
    variables = document["templating"]["list"][1:]
    choices = {"namespace": {NAMESPACE}, "model": {MODEL}, "pod": {"one", "two"}, "model_version": {VERSION}}
    drifting.until(lambda: offered(drifting, variables) == choices, "all choices are offered")
