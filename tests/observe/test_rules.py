"""The rules as Prometheus reads them, and that all that they speak of exists: metrics, labels, words, and help for a person."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sidecar.alerts.webhook import Outcome
from sidecar.metrics.exposition import expose
from sidecar.reasons import Impairment, Issue, TapReason
from tests.monitor.world import baseline, make_state

SEVERITIES = {"critical", "warning", "info"}
WORDS = {
    "reason": {*TapReason, *Impairment},
    "issue": {*Issue},
    "outcome": {*Outcome},
    "source": {"tap", "direct"},
    "alertname": {"DriftCritical"},
    "alertstate": {"firing"},
}
Rule = dict[str, Any]


@pytest.fixture(scope="module")
def rules_file(root: Path) -> Path:
    """Return the file that is shipped."""
    return root / "charts" / "drift-sidecar" / "files" / "rules.yaml"


@pytest.fixture(scope="module")
def rules(rules_file: Path) -> list[Rule]:
    """Return every rule."""
    groups = yaml.safe_load(rules_file.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def alerts(rules: list[Rule]) -> dict[str, Rule]:
    """Return the rules that alert, by name."""
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


def promtool(root: Path, *words: str) -> str:
    """Return what promtool says, if it is content."""
    done = subprocess.run(["promtool", *words], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_accepts_the_rules(root: Path, rules_file: Path) -> None:
    """Syntax, templates and expressions, with every lint of its own tool."""
    assert "SUCCESS" in promtool(root, "check", "rules", "--lint=all", "--lint-fatal", str(rules_file))


def test_each_alert_fires_when_it_should_and_only_then(root: Path) -> None:
    """The cases of rules_test.yaml, with the words that a person gets."""
    assert "SUCCESS" in promtool(root, "test", "rules", "tests/observe/rules_test.yaml")


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent(root: Path, alerts: dict[str, Rule]) -> None:
    """No alert is added without either."""
    cases = yaml.safe_load((root / "tests" / "observe" / "rules_test.yaml").read_text(encoding="utf-8"))["tests"]
    seen = [(check["alertname"], bool(check["exp_alerts"])) for case in cases for check in case["alert_rule_test"]]
    assert {(name, fires) for name in alerts for fires in (True, False)} - set(seen) == set()


def test_each_alert_tells_a_person_what_it_is_about(root: Path, alerts: dict[str, Rule]) -> None:
    """A severity, a summary that names the model, a description, and a section of the runbook; and no section is left over."""
    page = (root / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", page))
    for name, rule in alerts.items():
        assert rule["labels"]["severity"] in SEVERITIES, name
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, name
        assert "model" in rule["annotations"]["summary"] or name == "DriftMetricsAbsent"
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"
        assert all(f"**{word}**: " in sections[name] for word in ("Means", "Look at", "Do")), name
    assert set(sections) - set(alerts) == {"Routing"}


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """Return the names of all series, with the labels that they carry."""
    state = make_state(profile=baseline())
    state.hear_relay({})
    text = b"".join(expose(state, openmetrics=False)).decode()
    found: dict[str, set[str]] = {}
    for name, labels in re.findall(r"(?m)^(\w+)(?:\{(.*)\})? ", text):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def test_rules_speak_of_metrics_that_exist(rules: list[Rule], exported: dict[str, set[str]]) -> None:
    """A metric that is renamed takes its rules with it."""
    recorded = {rule["record"] for rule in rules if "record" in rule}
    for rule in rules:
        used = set(re.findall(r"(?<![\w:\"])(?:\w+:)?drift_\w+(?::\w+)?", rule["expr"]))
        assert used - recorded - set(exported) == set(), rule
        assert used or "absent" in rule["expr"]


def words_in(expression: str) -> Iterator[tuple[str, str]]:
    """Yield each word that a matcher of `expression` asks for, with its label."""
    for label, text in re.findall(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"', expression):
        yield from ((label, word) for word in text.split("|"))


def test_rules_ask_for_words_of_the_closed_lists(rules: list[Rule]) -> None:
    """A reason or an issue that is misspelt would never match, and nobody would know."""
    asked = {pair for rule in rules for pair in words_in(rule["expr"])}
    assert {word for label, word in asked if word not in WORDS[label]} == set()
    assert len(asked) > 10
