"""The table of metrics in docs/metrics.md, made from what is exported: ``python -m tests.observe.metrics_table`` writes it."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families as parse

from sidecar.metrics.exposition import expose
from tests.monitor.world import baseline, make_state

FILE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
BEGIN, END = "<!-- metrics: made by `make docs` -->\n", "<!-- end of metrics -->"
OF_BUCKETS = "le"


def families() -> Iterator[Metric]:
    """Yield every family of a sidecar that has a baseline, and whose relay has spoken."""
    state = make_state(profile=baseline())
    state.hear_relay({})
    yield from parse(b"".join(expose(state, openmetrics=False)).decode())


def table() -> str:
    """Return the table, a row for each family, by name."""
    rows = sorted(
        f"| `{_name(family)}` | {family.type} | {_labels(family)} | {family.documentation} |" for family in families()
    )
    return "\n".join(["| metric | type | labels | meaning |", "|---|---|---|---|", *rows]) + "\n"


def _name(family: Metric) -> str:
    return family.name + ("_total" if family.type == "counter" else "")


def _labels(family: Metric) -> str:
    found = dict.fromkeys(label for sample in family.samples for label in sample.labels if label != OF_BUCKETS)
    return ", ".join(f"`{label}`" for label in found)


def split(text: str) -> tuple[str, str, str]:
    """Return what stands before the table, the table, and what follows it."""
    head, begin, rest = text.partition(BEGIN)
    body, end, tail = rest.partition(END)
    return head + begin, body, end + tail


def main() -> None:
    """Write the table into the page."""
    head, _, tail = split(FILE.read_text(encoding="utf-8"))
    FILE.write_text(head + table() + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
