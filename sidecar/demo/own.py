"""The demo that needs nothing but the sidecar: a stand-in model, and traffic drawn from any baseline."""

import sys
from pathlib import Path

from sidecar.baseline import Profile, read_baseline
from sidecar.demo.children import DemoError
from sidecar.demo.phases import Phase, Record
from sidecar.demo.sample import draw, imitable
from sidecar.demo.scenario import Model, Scenario

POOL_ROWS = 4000
STAND_IN = Model(
    name="stand-in",
    version="1",
    argv=lambda port: (sys.executable, "-m", "sidecar.demo.standin", str(port)),
    ready="/ready",
    predict="/predict",
)
PHASES = (
    Phase("as trained", "rows look like the baseline", 2500, "trained", "trained", calm=True),
    Phase("shifting", "more and more rows have drifted, in every second feature", 5000, "trained", "drifted"),
    Phase("drifted", "all rows have drifted", 3000, "drifted", "drifted"),
)
BACK = Phase("recovered", "rows look like the baseline again", 2500, "trained", "trained")


def scenario(baseline: Path) -> Scenario:
    """Return the scenario of `baseline`, which may be any that the sidecar itself can read."""
    profile = read_baseline(str(baseline))
    features = [feature.name for feature in imitable(profile)]
    if not features:
        raise DemoError(f"{baseline}: no feature can be imitated, since a profile keeps only hashes of rare categories")
    left_out = [name for name in profile.names if name not in features]
    return Scenario(
        title=f"A stand-in model behind the sidecar, and traffic drawn from {baseline} ({', '.join(features)}).",
        model=STAND_IN,
        baseline=baseline,
        wrap=wrap,
        pools=_pools(profile),
        phases=PHASES,
        back=BACK,
        notes=[f"left out: {', '.join(left_out)} (a profile keeps only hashes of rare categories)"] if left_out else [],
    )


def _pools(profile: Profile) -> dict[str, list[Record]]:
    return {"trained": draw(profile, POOL_ROWS, seed=1), "drifted": draw(profile, POOL_ROWS, seed=2, drifted=True)}


def wrap(rows: tuple[Record, ...]) -> object:
    """Return one row in the service's own format, several as a list of objects.

    >>> wrap(({"age": 35},)), wrap(({"age": 35}, {"age": 36}))
    ({'features': {'age': 35}}, [{'age': 35}, {'age': 36}])
    """
    return {"features": rows[0]} if len(rows) == 1 else list(rows)
