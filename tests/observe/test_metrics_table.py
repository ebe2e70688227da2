"""The page about metrics says what is so: which there are, and how many series they make."""

import pytest

from sidecar.baseline import profile_of_records
from sidecar.columns import columns_of
from sidecar.metrics.exposition import expose
from tests.monitor.world import make_state
from tests.observe.metrics_table import FILE, split, table

SLACK = 12


def test_the_page_lists_every_metric() -> None:
    """Each with type, labels and meaning; ``make docs`` writes them."""
    assert split(FILE.read_text(encoding="utf-8"))[1] == table()


@pytest.mark.parametrize(("features", "versions"), [(1, 1), (10, 1), (10, 4), (60, 4)])
def test_there_are_as_many_series_as_the_page_says(features: int, versions: int) -> None:
    """At most so many, and not many fewer: whoever plans for it is not misled."""
    assert "`7 * features + 2 * features * versions + 100`" in FILE.read_text(encoding="utf-8")
    rows = [{f"f{number}": float(row) for number in range(features)} for row in range(50)]
    state = make_state(profile=profile_of_records(rows))
    state.hear_relay({})
    for version in range(versions):
        state.observe(columns_of(rows), source="tap", at=state.clock(), model_version=str(version))
    text = b"".join(expose(state, openmetrics=False))
    series = sum(not line.startswith(b"#") for line in text.splitlines())
    most = 7 * features + 2 * features * versions + 100
    assert most - SLACK <= series <= most
