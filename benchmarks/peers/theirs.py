"""The peers by their defaults, called as their documentation does; run by the Python of ``.venv-peers``.

python -m benchmarks.peers.theirs NAME ROWS REPEATS            times, as `benchmarks.peers.ours`
python -m benchmarks.peers.theirs alarms WINDOW BASELINE COUNT  which columns are called drifted where nothing drifts

Only the peers, pandas and numpy are imported here, and nothing of the sidecar.
"""

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import numpy as np

from benchmarks.calibrate import columns
from benchmarks.peers.tables import BASELINE, CATEGORIES, NUMERIC, Arrays, table

os.environ |= {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "WHYLOGS_NO_ANALYTICS": "True"}
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

FEATURES: Final = 20
Frame = Any
Scoring = Callable[[Frame], Any]


def frame(arrays: Arrays) -> Frame:
    """Return a data frame of columns."""
    import pandas as pd

    return pd.DataFrame(arrays)


def evidently(reference: Arrays, _: int) -> Scoring:
    """Return what scores a window by the preset for data drift."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    known = frame(reference)
    return lambda window: Report([DataDriftPreset()]).run(window, known).dict()


def nannyml(reference: Arrays, rows: int) -> Scoring:
    """Return what scores a window by the univariate calculator, fitted to chunks as large as the window."""
    from nannyml import UnivariateDriftCalculator

    calculator = UnivariateDriftCalculator(column_names=list(reference), chunk_size=rows)
    calculator.fit(frame(reference))
    return lambda window: calculator.calculate(window).to_df()


def alibi_detect(reference: Arrays, _: int) -> Scoring:
    """Return what scores a window by tests of Kolmogorov-Smirnov and chi-square; it takes one array of numbers."""
    from alibi_detect.cd import TabularDrift

    codes = {text: float(code) for code, text in enumerate(CATEGORIES)}
    texts = [name for name in reference if reference[name].dtype == object]

    def numbers(data: Frame) -> Any:
        return data.assign(**{name: data[name].map(codes) for name in texts}).to_numpy(dtype=float)

    categories = dict.fromkeys(range(NUMERIC, len(reference)))
    detector = TabularDrift(numbers(frame(reference)), p_val=0.05, categories_per_feature=categories)
    return lambda window: detector.predict(numbers(window), drift_type="feature")


def whylogs(reference: Arrays, _: int) -> Scoring:
    """Return what scores a window by its sketches and the baseline's."""
    import whylogs as why
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

    known = why.log(frame(reference)).profile().view()
    return lambda window: calculate_drift_scores(
        target_view=why.log(window).profile().view(), reference_view=known, with_thresholds=True
    )


PEERS: Final[dict[str, Callable[[Arrays, int], Scoring]]] = {
    "evidently": evidently,
    "nannyml": nannyml,
    "alibi-detect": alibi_detect,
    "whylogs": whylogs,
}


def times(name: str, rows: int, repeats: int) -> list[float]:
    """Return the seconds of each repetition."""
    score, window = PEERS[name](table(BASELINE, 1), rows), frame(table(rows, 2))
    seconds = []
    for _ in range(repeats + 1):
        began = perf_counter()
        score(window)
        seconds.append(perf_counter() - began)
    return seconds[1:]


def alarms(window: int, baseline: int, count: int) -> dict[str, list[int] | None]:
    """Return for each tool the number of drifted columns in each of some windows without drift; None where it gives up."""
    random = np.random.default_rng([window, baseline])
    found: dict[str, list[int] | None] = {"evidently": [], "nannyml": []}
    for _ in range(count):
        reference = columns.table(random, FEATURES, baseline)
        current = frame(columns.table(random, FEATURES, window))
        for name, drifted in (("evidently", _evidently_drifted), ("nannyml", _nannyml_drifted)):
            known = found[name]
            if known is not None:
                try:
                    known.append(drifted(PEERS[name](reference, window)(current)))
                except Exception:  # noqa: BLE001 - whatever it is that keeps a tool from answering, it has no answer
                    found[name] = None
    return found


def _evidently_drifted(answer: dict[str, Any]) -> int:
    """Count the columns whose p-value is below the threshold, or whose distance is not."""
    columns_ = [each for each in answer["metrics"] if each["metric_name"].startswith("ValueDrift")]
    return sum(
        bool(each["value"] < each["config"]["threshold"])
        if "p_value" in each["config"]["method"]
        else bool(each["value"] >= each["config"]["threshold"])
        for each in columns_
    )


def _nannyml_drifted(answer: Frame) -> int:
    """Count the alerts of the chunk."""
    analysed = answer[answer[("chunk", "chunk", "period")] == "analysis"]
    return int(analysed.loc[:, [name for name in answer if name[-1] == "alert"]].iloc[-1].sum())


if __name__ == "__main__":
    first, *rest = sys.argv[1:]
    done: object = alarms(*map(int, rest)) if first == "alarms" else times(first, *map(int, rest))
    print("\n" + json.dumps(done))
