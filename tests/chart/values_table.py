"""The tables in the chart's README: a row for each value, under a heading for each group of them."""

from collections.abc import Iterable

import yaml

from tests.chart.values_file import CHART, Entry, read_values, walk

README = CHART / "README.md"
BEGIN, END = "<!-- values: made by `make docs` from values.yaml -->", "<!-- end of values -->"
LONGEST_DEFAULT = 60


def written(current: str) -> str:
    """Return the README with its tables made anew."""
    head, _, rest = current.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


def tables() -> str:
    """Return all tables, those of single values first."""
    entries = read_values()
    single = [entry for entry in entries if entry.described]
    parts = [_table(single)]
    parts += [f"### {entry.dotted}\n\n{_intro(entry)}{_table(walk(entry.below))}" for entry in entries if not entry.described]
    return "\n".join(parts)


def _intro(entry: Entry) -> str:
    return f"{entry.text}\n\n" if entry.text else ""


def _table(entries: Iterable[Entry]) -> str:
    rows = [f"| `{entry.dotted}` | {_default(entry.default)} | {entry.text.replace('|', chr(92) + '|')} |" for entry in entries]
    return "\n".join(["| value | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _default(value: object) -> str:
    """Write a default on one line; a long one is in values.yaml."""
    if value in ("", {}, []):
        return "none"
    text = yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False).removesuffix("...\n").strip()
    return f"`{text}`" if len(text) <= LONGEST_DEFAULT else "[see values.yaml](values.yaml)"
