"""The demo with a real model: scikit-learn, served by KServe, behind the sidecar, asked by traffic that drifts.

    make demo                            the customer table
    make demo ARGS="--data flights"      real flights
    make demo ONCE=1                     ends by itself; exit code 0 only if the verdict went from ok to critical

`examples/run_demo.sh` makes the environment that the model server needs (about 40 seconds, once) and comes here. This
program itself runs in the sidecar's environment; only the model and the preparation of the flights run in the other
one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from examples import customers
from sidecar.demo import arguments, play
from sidecar.demo.children import DemoError, inherited
from sidecar.demo.phases import Phase, Record
from sidecar.demo.scenario import Model, Scenario

ROOT = Path(__file__).resolve().parent.parent
MODEL_PYTHON = ROOT / ".venv-examples" / "bin" / "python"
POOL_ROWS = 5000

CUSTOMER_PHASES = (
    Phase("as trained", "customers like those in the training data", 3000, "trained", "trained", calm=True),
    Phase("campaign", "an advertisement brings in more and more young, new customers", 6000, "trained", "campaign"),
    Phase("all campaign", "young, new customers only", 3000, "campaign", "campaign"),
)
CUSTOMERS_BACK = Phase("campaign over", "customers like those in the training data", 3000, "trained", "trained")

FLIGHT_PHASES = (
    Phase("spring", "other flights of the months in the baseline", 3000, "spring", "spring", calm=True),
    Phase("summer comes", "real flights of July: a change, but no reason for an alarm", 3000, "spring", "summer", calm=True),
    Phase(
        "faulty release", "distances 1.2 x too large, 30 % unknown carriers, on more and more flights", 6000, "summer", "faulty"
    ),
    Phase("all faulty", "every flight comes from the faulty release", 3000, "faulty", "faulty"),
)
FLIGHTS_BACK = Phase("rolled back", "real flights of spring again", 3000, "spring", "spring")


def instances(rows: tuple[Record, ...]) -> object:
    """Return KServe's V1 document of some rows."""
    return {"instances": list(rows)}


def customer_scenario(python: Path) -> Scenario:
    """Return the demo with the invented customers and the shipped baseline."""
    return Scenario(
        title="A churn model (scikit-learn, KServe) behind the sidecar, and a campaign that brings in other customers.",
        baseline=ROOT / "baseline_data.json",
        pools={
            "trained": customers.draw(POOL_ROWS, customers.SEED + 1),
            "campaign": customers.draw(POOL_ROWS, customers.SEED + 2, customers.CAMPAIGN),
        },
        phases=CUSTOMER_PHASES,
        back=CUSTOMERS_BACK,
        model=kserve("customers", python),
        wrap=instances,
    )


def flight_scenario(python: Path, directory: Path) -> Scenario:
    """Return the demo with real flights; its baseline is built here, from the flights that the model learns from."""
    work([str(python), "-m", "examples.flights", str(directory)])
    baseline = directory / "baseline.json"
    work([sys.executable, "-m", "sidecar", "baseline", "build", str(directory / "flights.csv"), "-o", str(baseline)])
    return Scenario(
        title="A model of late arrivals (scikit-learn, KServe) behind the sidecar, and New York's departures of 2013.",
        baseline=baseline,
        pools=json.loads((directory / "pools.json").read_text()),
        phases=FLIGHT_PHASES,
        back=FLIGHTS_BACK,
        model=kserve("flights", python),
        wrap=instances,
    )


def kserve(name: str, python: Path) -> Model:
    """Return how the model called `name` is served and asked."""
    return Model(
        name=name,
        version="1",
        argv=lambda port: (str(python), "-m", "examples.serve", "--model", name, "--port", str(port)),
        # One row at a time gains nothing from threads, and the machine has other things to do.
        environ={"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        ready=f"/v1/models/{name}",
        predict=f"/v1/models/{name}:predict",
    )


def work(command: list[str]) -> None:
    """Run a command that prepares something; raise with its complaint if it fails."""
    done = subprocess.run(  # noqa: S603 - the words are ours, but for an interpreter that the user names
        command, cwd=ROOT, env=inherited(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DemoError(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def main() -> int:
    """Play the demo that was asked for; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description="A real model behind the sidecar, and drift.")
    parser.add_argument("--data", choices=("customers", "flights"), default="customers", help="which rows (%(default)s)")
    parser.add_argument("--python", type=Path, default=MODEL_PYTHON, help="interpreter that has examples/requirements.txt")
    arguments.add(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drift-demo-") as directory:
        try:
            customers_asked = given.data == "customers"
            scenario = customer_scenario(given.python) if customers_asked else flight_scenario(given.python, Path(directory))
        except DemoError as error:
            print(f"demo: {error}", file=sys.stderr)
            return 2
        return play.run(scenario, arguments.options_of(given))


if __name__ == "__main__":
    raise SystemExit(main())
