"""The tables of docs/injection.md, made from the code: ``python -m tests.inject.tables`` writes them anew."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sidecar.inject.annotations import ANNOTATIONS, LABELS, Meaning
from sidecar.inject.reasons import CAUTION_TEXT, SKIP_TEXT
from sidecar.settings.describe import describe_keys
from sidecar.settings.inject import PREFIX, InjectSettings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "injection.md"


def tables() -> dict[str, str]:
    """Return every table by the name that its place in the page has."""
    settings = (
        (f"`{row.key}`", f"`{row.variable}`", row.default or "empty", row.meaning)
        for row in describe_keys(InjectSettings, PREFIX)
    )
    return {
        "annotations": _table(
            ("annotation", "value", "without it", "effect"),
            _meanings({str(key): meaning for key, meaning in ANNOTATIONS.items()}),
        ),
        "labels": _table(("label", "value", "without it", "effect"), _meanings(LABELS)),
        "settings": _table(("key", "variable", "default", "meaning"), settings),
        "reasons": _table(("reason", "the warning says"), ((f"`{name}`", _gaps(text)) for name, text in SKIP_TEXT.items())),
        "cautions": _table(("warning of", "it says"), ((f"`{name}`", _gaps(text)) for name, text in CAUTION_TEXT.items())),
    }


def _meanings(registry: Mapping[str, Meaning]) -> Iterable[tuple[str, ...]]:
    return ((f"`{name}`", meaning.values, meaning.default, meaning.effect) for name, meaning in registry.items())


def _gaps(text: str) -> str:
    return text.replace("!r}", "}").replace("{", "*").replace("}", "*")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def parts(page: str, name: str) -> tuple[str, str, str]:
    """Return what stands before the table called `name`, the table, and what follows it."""
    head, begin, rest = page.partition(f"<!-- {name}: made by `make docs` -->\n")
    body, end, tail = rest.partition(f"<!-- end of {name} -->")
    return head + begin, body.strip("\n"), end + tail


def main() -> None:
    """Write the tables into the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        head, _, tail = parts(page, name)
        page = f"{head}\n{table}\n\n{tail}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
