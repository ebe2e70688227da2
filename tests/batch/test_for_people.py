"""The report as text and as a page: complete, self-contained, and safe whatever features are called."""

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from sidecar.baseline import profile_of_columns
from sidecar.batch import page, text
from sidecar.batch.picture import MOST, picture
from sidecar.columns import columns_of
from sidecar.drift_detector import DriftDetector
from sidecar.verdict import Report

EVIL = '<script>alert("x")</script>'
VOID = {"meta", "rect", "!doctype"}


class Reader(HTMLParser):
    """Takes a page apart and checks that it is well-formed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold it against what was opened last."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.words.append(data)


@pytest.fixture(scope="module")
def report() -> Report:
    """Return a report with a drifted feature of each kind, one that is ok, and one that never came."""
    rows = [{"age": number % 60, EVIL: "ab"[number % 2], "ok": number % 7, "gone": 1} for number in range(2000)]
    drifted = [{"age": number % 60 + 40, EVIL: EVIL, "ok": number % 7, "new\x1b[31m": None} for number in range(1000)]
    detector = DriftDetector(profile_of_columns({name: [row[name] for row in rows] for name in rows[0]}))
    return detector.batch([columns_of(drifted)])


def test_the_text_says_what_drifted_and_how(report: Report) -> None:
    """The status first, then each feature in alarm with the bins that changed most, then all features, then data quality."""
    lines = text(report, "table.csv").splitlines()
    assert lines[0] == "table.csv: 1000 rows against 2000 baseline rows"
    assert lines[1].startswith("critical: 2 of 4 features drifted, the largest score is ")
    whole = "\n".join(lines)
    assert "age is critical: psi " in whole
    assert "<= 5: 10.2 % -> 0" in whole
    assert "unseen: 0 -> 100.0 %" in whole
    assert "insufficient_data: no rows carry it" in whole
    assert "gone: absent 100.0 %" in whole
    assert "100.0 % of the rows have columns that the baseline does not have" in whole
    assert "\x1b" not in whole


def test_the_page_needs_nothing_and_runs_nothing(report: Report) -> None:
    """No script, no link, no source, a policy that forbids all of them, and names as text."""
    html = page(report, f"{EVIL}.csv")
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(reader.tags)
    assert not {name for name, _ in reader.attributes} & {"src", "href", "srcset", "onload", "onclick"}
    assert "http://" not in html
    assert "https://" not in html
    assert any("default-src 'none'" in (value or "") for _, value in reader.attributes)
    assert any(EVIL[:20] in words for words in reader.words)


def test_the_page_has_a_picture_for_each_drifted_feature(report: Report) -> None:
    """One for each alarm, and none for the others; all features are in the table."""
    html = page(report, "table.csv")
    assert html.count("<svg ") == len(report.alarms) == 2
    assert "Shares of the bins of age: baseline, and this batch" in html
    for name in ("ok", "gone"):
        assert f"<td>{name}</td>" in html


def test_a_picture_is_xml_with_a_pair_of_bars_for_each_bin_that_holds_rows(report: Report) -> None:
    """The longest bar fills the width, none is longer, and each row has its shares as text."""
    feature = report.features["age"]
    assert feature.bins is not None
    root = ET.fromstring(picture("age", feature))  # noqa: S314 - our own
    held = [each for each in feature.bins if each["baseline"] or each["window"]]
    bars = [float(bar.attrib["width"]) for bar in root.iter("rect")]
    assert len(bars) == 2 * len(held)
    assert max(bars) == 320
    assert "10.2 % / 0" in [each.text for each in root.iter("text")]


def test_of_very_many_bins_those_that_differ_are_drawn() -> None:
    """Fifty categories make a picture of no more rows than a screen holds."""
    values = [f"c{number % 50}" for number in range(5000)]
    detector = DriftDetector(profile_of_columns({"x": values}))
    feature = detector.batch([columns_of([{"x": "c49"}] * 1000)]).features["x"]
    drawn = picture("x", feature)
    assert drawn.count("<rect") == 2 * MOST
    assert ">c49<" in drawn


def test_without_a_baseline_both_say_so() -> None:
    """There is nothing to show but the reason."""
    report = DriftDetector(None).batch([columns_of([{"x": 1}])])
    assert "insufficient_data: no_baseline" in text(report, "t.csv")
    assert "insufficient_data" in page(report, "t.csv")
