"""What `make docs` makes is what stands in the repository, and it says what is so."""

import yaml

from tests.chart import example, values_schema, values_table
from tests.chart.helm import VERSIONS, one
from tests.chart.schemas import faults
from tests.chart.values_file import CHART, read_values, walk


def test_the_schema_of_the_values_is_up_to_date() -> None:
    """values.schema.json is what values.yaml and the settings models say."""
    assert (CHART / "values.schema.json").read_text(encoding="utf-8") == values_schema.written()


def test_the_tables_of_the_readme_are_up_to_date() -> None:
    """The chart's README has a row for each value, as values.yaml describes it."""
    current = values_table.README.read_text(encoding="utf-8")
    assert current == values_table.written(current)


def test_the_plain_manifest_is_what_the_chart_makes() -> None:
    """examples/k8s-deployment.yml is the chart's own output."""
    assert example.FILE.read_text(encoding="utf-8") == example.written()


def test_the_plain_manifest_is_complete_and_valid() -> None:
    """It holds what a model needs to be reached, watched and scaled, and no cluster from 1.23 on objects."""
    manifests = [each for each in yaml.safe_load_all(example.FILE.read_text(encoding="utf-8")) if each]
    for kind in ("Deployment", "ConfigMap", "HorizontalPodAutoscaler", "Ingress", "PodDisruptionBudget", "NetworkPolicy"):
        one(manifests, kind)
    one(manifests, "Service", "monitor")
    assert not [wrong for version in VERSIONS[3:] for each in manifests for wrong in faults(each, version)]


def test_every_value_says_what_it_is() -> None:
    """No value is without a sentence, and no sentence without a value."""
    mute = [entry.dotted for entry in walk(read_values()) if not entry.text]
    groups = [entry.dotted for entry in read_values() if not entry.described and not entry.below]
    assert (mute, groups) == ([], [])
