"""The live table: redrawn in place on a terminal, one line a change everywhere else.

Rendering is pure (a view in, lines out). Only `Screen` writes, and it has two ways: on a terminal the table stays at
the bottom and events scroll above it; in a pipe or a CI log, where a redrawn table would be thousands of lines, a view
is written only when phase, status or the features in alarm have changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from sidecar.demo.traffic import Sent
from sidecar.demo.view import FeatureView, View
from sidecar.reasons import Status

BAR_CELLS = 18
FEATURES_SHOWN = 8
# A line that is wider than the terminal is cut, not wrapped, or the table could not be redrawn in place.
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"
_COLOURS = {Status.OK: 32, Status.INSUFFICIENT: 90, Status.WARNING: 33, Status.CRITICAL: 31}


@dataclass(frozen=True, slots=True)
class Style:
    """What the stream can show."""

    colour: bool
    blocks: bool

    def status(self, status: Status, width: int = 0) -> str:
        """Return the status, padded to `width`, in its colour if there are colours.

        >>> Style(colour=False, blocks=False).status(Status.OK, 8)
        'ok      '
        """
        text = f"{status:<{width}}"
        return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m" if self.colour else text

    def bar(self, score: float | None) -> str:
        """Return a bar that is full at a score of 1.

        >>> Style(colour=False, blocks=False).bar(0.25)
        '####..............'
        """
        filled = min(round((score or 0.0) * BAR_CELLS), BAR_CELLS)
        full, empty = "█░" if self.blocks else "#."
        return full * filled + empty * (BAR_CELLS - filled)


def number(score: float | None) -> str:
    """Return a score as the table shows it.

    >>> number(0.2345), number(None)
    ('0.234', '-')
    """
    return "-" if score is None else f"{score:.3f}"


def table(sent: Sent, view: View, style: Style) -> list[str]:
    """Return the lines of the live table."""
    reason = f" ({view.reason})" if view.reason else ""
    return [
        "",
        f"  phase    {sent.phase.name}: {sent.phase.note}",
        f"  sent     {sent.rows:,} rows in {sent.requests:,} requests, {sent.rate:,.0f} rows/s, {sent.failed} failed",
        f"  window   {view.rows:,} of {view.target:,} rows",
        f"  verdict  {style.status(view.status)}{reason}   drift_score {number(view.score)}",
        "",
        *(_feature_line(feature, style) for feature in view.features[:FEATURES_SHOWN]),
        "",
        f"  relay    {relay_line(view)}",
        f"  tap      {tap_line(view)}",
    ]


def _feature_line(feature: FeatureView, style: Style) -> str:
    score = number(feature.score)
    status = style.status(feature.status, 17)
    return f"  {feature.name[:20]:<20} {feature.method:<10} {score:>7}  {status} {style.bar(feature.score)}"


def relay_line(view: View) -> str:
    """Return what the relay has done so far."""
    relay = view.relay
    up, down = (relay.get(f"bytes_{way}_total", 0) / 1e6 for way in ("up", "down"))
    return (
        f"{relay.get('connections', 0)} connections of {relay.get('connections_total', 0)} so far, "
        f"{up:.1f} MB up, {down:.1f} MB down, {relay.get('refused_total', 0)} refused"
    )


def tap_line(view: View) -> str:
    """Return how much of the traffic was read, and what was not, by reason."""
    dropped = {reason: count for reason, count in view.tap.get("dropped", {}).items() if count}
    lost = ", ".join(f"{reason} {count:,}" for reason, count in dropped.items()) or "nothing"
    return f"reads {view.tap.get('sampled_share', 0):.0%} of the exchanges, dropped {lost}"


def summary(sent: Sent, view: View) -> str:
    """Return one line for logs: where we are and what the verdict is."""
    worst = ", ".join(f"{feature.name} {number(feature.score)} {feature.status}" for feature in view.features[:3])
    return (
        f"phase={sent.phase.name!r} sent={sent.rows} failed={sent.failed} window={view.rows} "
        f"status={view.status} drift_score={number(view.score)} [{worst}]"
    )


def _news(sent: Sent, view: View) -> tuple[str, Status, frozenset[str]]:
    """Return what a log should have a line about when it changes."""
    return sent.phase.name, view.status, frozenset(view.alarms)


class Screen:
    """Writes events and views to a stream.

    Parameters
    ----------
    out : text stream
        where to write.
    live : bool, optional
        whether to redraw in place; by default, whether `out` is a terminal.
    """

    def __init__(self, out: TextIO, *, live: bool | None = None) -> None:
        self._out = out
        self._live = out.isatty() if live is None else live
        self._style = Style(colour=self._live, blocks="utf" in (out.encoding or "").lower())
        self._drawn = 0
        self._last: object = None

    def say(self, *lines: str) -> None:
        """Write lines that stay."""
        self._wipe()
        self._write(lines)

    def announce(self, line: str, sent: Sent, view: View) -> None:
        """Write a line that says what is new in a view, so that `show` need not."""
        self.say(line)
        self._last = _news(sent, view)

    def show(self, sent: Sent, view: View) -> None:
        """Show the state: redraw the table, or write one line if something has changed."""
        if self._live:
            lines = table(sent, view, self._style)
            self._wipe()
            self._write([NO_WRAP + lines[0], *lines[1:-1], lines[-1] + WRAP])
            self._drawn = len(lines)
        elif self._last != (news := _news(sent, view)):
            self._last = news
            self._write([summary(sent, view)])

    def status(self, status: Status) -> str:
        """Return the status as this stream can show it."""
        return self._style.status(status)

    def _wipe(self) -> None:
        if self._drawn:
            self._out.write(f"\r\x1b[{self._drawn}A\x1b[J")  # from column 0: a typed ^C has moved the cursor
            self._drawn = 0

    def _write(self, lines: Sequence[str]) -> None:
        self._out.write("".join(f"{line}\n" for line in lines))
        self._out.flush()
