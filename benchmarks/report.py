"""Tables for people: columns aligned, numbers short, a dash where nothing was measured."""

from collections.abc import Mapping, Sequence

Cell = str | float | int | None


def shown(value: Cell) -> str:
    """Return a value with three significant digits or so, and thousands apart.

    >>> shown(51234.6), shown(0.8312), shown(14.26), shown(None), shown("nginx")
    ('51 235', '0.83', '14.3', '-', 'nginx')
    """
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    size = abs(value)
    if isinstance(value, int) or size >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def table(title: str, rows: Sequence[Mapping[str, Cell]]) -> str:
    """Return rows as a text table; the keys of the first are the headings, and its first column stands left.

    >>> print(table("speed", [{"proxy": "a", "1/s": 1000.0}, {"proxy": "bc", "1/s": None}]))
    speed
    proxy    1/s
    a      1 000
    bc         -
    """
    names = list(rows[0])
    lines = [names, *([shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    text = [_line(line, widths) for line in lines]
    return "\n".join([title, *text])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip()
