"""How a run reads: one line a claim, with ok or FAIL and the seconds it took, and below it what was seen.

It stands in for pytest's own reporter, whose dots and tracebacks tell little about a cluster.
"""

import sys
import textwrap
from collections.abc import Generator
from time import monotonic

import pytest

from tests.e2e.cluster import diagnosis

SHORT = "--short"
WIDTH, INDENT = 120, 18 * " "
seen: dict[str, list[str]] = {}
_open: list[str] = []


def note(text: object) -> None:
    """Add what was seen to the line of the claim that is being made."""
    seen.setdefault(_open[-1] if _open else "", []).append(str(text))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the word that asks for fewer and shorter phases."""
    parser.addoption(SHORT, action="store_true", help="the whole way, with fewer and shorter phases")


class Lines:
    """Prints as the run goes."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.failures: list[tuple[str, str]] = []
        self.count = 0
        self.chapter = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A claim is about to be made."""
        _open[:] = [nodeid]
        chapter = nodeid.partition("::")[0].rpartition("/")[2].removesuffix(".py")
        if chapter != self.chapter:
            self.chapter = chapter
            _say(f"{chapter.partition('_')[2].replace('_', ' ')}:")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A phase of a claim is over."""
        report = yield
        if report.failed or report.when == "call":
            self._line(item, report)
        return report

    def _line(self, item: pytest.Item, report: pytest.TestReport) -> None:
        said = (getattr(item, "function", None).__doc__ or item.name).strip().splitlines()[0].removesuffix(".")
        said += f" [{item.callspec.id}]" if hasattr(item, "callspec") else ""
        what = ", ".join(seen.get(item.nodeid, []))
        verdict = "FAIL" if report.failed else "ok  "
        _say(f"  {verdict} {report.duration:6.1f} s  {said}")
        if what:
            _say(textwrap.fill(what, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT))
        self.count += 1
        if report.failed:
            why = str(report.longrepr)
            known = why.splitlines()[-1] in {former.splitlines()[-1] for _, former in self.failures}
            self.failures.append((said, why))
            _say("         for the reason above" if known else f"{why}\n{diagnosis()}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of claims could not be read."""
        if report.failed:
            self.count += 1
            self.failures.append((report.nodeid, str(report.longrepr)))
            _say(str(report.longrepr))

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Say how it went."""
        kept, took = self.count - len(self.failures), monotonic() - self.began
        _say(f"{kept} of {self.count} claims hold, {took:.0f} s, exit code {exitstatus}")
        for said, _ in self.failures:
            _say(f"  FAIL {said}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def pytest_configure(config: pytest.Config) -> None:
    """Put the lines where the reporter was."""
    config.pluginmanager.register(Lines(), "lines")
