"""Time one full evaluation of a hundred features: every score, evidence, status and plain number of a window.

python -m benchmarks.peers.evaluation REPEATS

It prints the milliseconds of CPU of each repetition as a JSON object, by what the baseline knows: without times the window is
judged as a whole, with them its newest parts too. The last entry is a whole report for people, in which the evaluation is.
One core is used, whatever the machine has.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from time import process_time

import numpy as np

from benchmarks.calibrate.columns import table
from benchmarks.calibrate.streams import profile_of
from sidecar.columns import Columns
from sidecar.histogram import Layout, encode
from sidecar.verdict import Rule, Stream, Thresholds
from sidecar.window import Totals, WindowRule

FEATURES = 100
BASELINE = 10_000
WINDOW = 1000
REPORT = "with the scan, and the report written"


def window(*, timed: bool) -> tuple[Rule, Stream]:
    """Return a rule, and a stream whose window is full."""
    random = np.random.default_rng(1)
    rule = Rule.of(Layout(profile_of(table(random, FEATURES, BASELINE), timed=timed)), Thresholds(), 1e-6)
    stream = Stream("1", WindowRule(rows=WINDOW), rule.layout, Totals.zero(rule.layout))
    rows = table(random, FEATURES, WINDOW)
    for start in range(0, WINDOW, 50):
        cells = Columns(50, {name: column[start : start + 50] for name, column in rows.items()})
        stream.follow(stream.window.feed(encode(cells, rule.layout), float(start)), rule)
    return rule, stream


def evaluate(rule: Rule, stream: Stream) -> None:
    """Judge the window, with the evidence of every feature, and compare it by the plain numbers."""
    opinion = rule.judge(rule.sight(stream.window), all_evidence=True)
    rule.plain.numbers(stream.window.counts, opinion.window)


def report(rule: Rule, stream: Stream) -> None:
    """Write everything down, anew."""
    stream.window.revision += 1
    stream.report(rule, bins=False)


def timed(work: Callable[[], None], repeats: int) -> list[float]:
    """Return the milliseconds of CPU of each repetition, which others on the machine take none of."""
    milliseconds = []
    for _ in range(repeats):
        began = process_time()
        work()
        milliseconds.append(1000 * (process_time() - began))
    return milliseconds


def main(repeats: str) -> None:
    """Print the times of each."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    plain, scanning = window(timed=False), window(timed=True)
    work = {
        "window alone": partial(evaluate, *plain),
        "with the scan": partial(evaluate, *scanning),
        REPORT: partial(report, *scanning),
    }
    json.dump({name: timed(each, int(repeats)) for name, each in work.items()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
