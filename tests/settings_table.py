"""The README's table of settings, made from the settings model: ``python -m tests.settings_table`` writes it anew."""

from pathlib import Path

from sidecar.settings import describe_keys

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- settings: ", "<!-- end of settings -->"
LONGEST_DEFAULT = 40


def table() -> str:
    """Return the table, a row for each key."""
    rows = [f"| `{row.key}` | `{row.variable}` | {_default(row.default)} | {row.meaning} |" for row in describe_keys()]
    return "\n".join(["| key | variable | default | meaning |", "|---|---|---|---|", *rows])


def _default(text: str) -> str:
    """Name the source of a default that is too long for a table."""
    return text if len(text) <= LONGEST_DEFAULT else "[the predict paths of the supported servers](sidecar/paths.py)"


def split(text: str) -> tuple[str, str, str]:
    """Return what stands before the table, the table, and what follows it."""
    head, begin, rest = text.partition(BEGIN)
    marker, newline, rest = rest.partition("\n")
    body, end, tail = rest.partition(END)
    return head + begin + marker + newline, body.strip("\n"), end + tail


def main() -> None:
    """Write the table into the README."""
    head, _, tail = split(README.read_text(encoding="utf-8"))
    README.write_text(f"{head}\n{table()}\n\n{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
