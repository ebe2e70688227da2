"""A Prometheus of its own, told of injected pods by what the chart's PodMonitor goes by: their label, and the name of a port.

Debian's build cannot ask a cluster for its pods, so the same question is asked here, and the answer written where it looks.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.e2e.cluster import kubectl, started, until

PORT = 19090
SELECTED, PORT_NAME = "drift-sidecar/injected=true", "drift-monitor"
CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: drift
    metrics_path: /monitor/metrics
    file_sd_configs: [{files: [targets.json]}]
"""


class Prometheus:
    """Tells the Prometheus beside it where to look, and asks what it has seen.

    Parameters
    ----------
    targets
        The file that it reads its targets from.
    """

    def __init__(self, targets: Path) -> None:
        self.targets = targets

    def find(self) -> None:
        """Have every injected pod of the cluster scraped."""
        pods = json.loads(kubectl("get", "pods", "-A", "-l", SELECTED, "-o", "json"))["items"]
        found = [
            {
                "targets": [f"{pod['status']['podIP']}:{port['containerPort']}"],
                "labels": {"app": pod["metadata"]["labels"]["app"], "pod": pod["metadata"]["name"]},
            }
            for pod in pods
            for container in pod["spec"]["containers"]
            for port in container.get("ports", [])
            if port.get("name") == PORT_NAME
        ]
        new = self.targets.with_suffix(".new")
        new.write_text(json.dumps(found), encoding="utf-8")
        new.rename(self.targets)

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return what an expression gives now: labels and value of each series."""
        words = urlencode({"query": expression})
        with urlopen(f"http://127.0.0.1:{PORT}/api/v1/query?{words}", timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def value(self, expression: str) -> float | None:
        """Return the one value of an expression, None when there is none yet."""
        found = self.query(expression)
        return found[0][1] if found else None

    def until_value(self, expression: str, wanted: float, seconds: float = 60) -> None:
        """Wait until an expression has a value."""
        until(lambda: self.value(expression) == wanted, f"{expression} is {wanted:g}", seconds=seconds)


def _up() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def scraping(folder: Path) -> Iterator[Prometheus]:
    """Run Prometheus beside the block."""
    config = folder / "prometheus.yml"
    config.write_text(CONFIG, encoding="utf-8")
    words = (
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{PORT}",
    )
    with started(*words, log=folder / "log" / "prometheus.log"):
        until(_up, "Prometheus is ready", seconds=60)
        prometheus = Prometheus(folder / "targets.json")
        prometheus.find()
        yield prometheus
