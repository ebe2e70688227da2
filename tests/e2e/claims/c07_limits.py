"""Half a core and a gibibyte: what the kernel has noted of the sidecar by the end of a hard minute."""

import re
from pathlib import Path

import pytest

from tests.e2e.cluster import SIDECAR, Json, pods, ready, restarts, run, work
from tests.e2e.report import note

MODELS = "models"
GROUPS = Path("/sys/fs/cgroup")
LIMIT = 1 << 30
ROWS = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local rows = {}
for i = 1, COUNT do
  local row = '{"age": %d, "income": %d, "tenure_months": %d, "product_category": "electronics"}'
  rows[i] = string.format(row, 18 + i % 60, 20000 + i, i % 90)
end
wrk.body = '{"instances": [' .. table.concat(rows, ",") .. ']}'
"""


def group(pod: Json, controller: str) -> Path:
    """Return the control group of a pod's sidecar."""
    identity = next(one["containerID"] for one in pod["status"]["containerStatuses"] if one["name"] == SIDECAR)
    return next((GROUPS / controller).glob(f"**/pod{pod['metadata']['uid']}/{identity.partition('//')[2]}"))


def number(file: Path, word: str = "") -> int:
    """Return the number in a file, or the one behind a word of it."""
    text = file.read_text(encoding="ascii")
    return int(next(line.split()[-1] for line in text.splitlines() if line.startswith(word)))


def test_the_kernel_holds_the_limits(watched: Json) -> None:
    """The sidecar's control group holds 500m of CPU and 1Gi of memory."""
    cpu, memory = group(watched, "cpu"), group(watched, "memory")
    assert number(cpu / "cpu.cfs_quota_us") * 2 == number(cpu / "cpu.cfs_period_us")
    assert number(memory / "memory.limit_in_bytes") == LIMIT


@pytest.mark.parametrize("rows", [1, 2000], ids=["of one row", "of 2000 rows"])
def test_load_beyond_its_means_does_not_kill_it(rows: int, watched: Json, short: bool) -> None:
    """As many requests as 64 connections can ask: no request fails, nothing is killed or restarted."""
    script = work() / f"rows-{rows}.lua"
    script.write_text(ROWS.replace("COUNT", str(rows)), encoding="ascii")
    url = f"http://{watched['status']['podIP']}:15080/predict"
    said = run("wrk", "-t", "1", "-c", "64", "-d", "5s" if short else "20s", "--timeout", "10s", "-s", str(script), url)
    assert not re.search("Socket errors|Non-2xx", said), said
    now = pods(MODELS, app="watched")[0]
    assert (restarts(now), ready(now)) == (restarts(watched), True)
    memory = group(watched, "memory")
    assert number(memory / "memory.oom_control", "oom_kill ") == 0
    rate = next(line.split()[-1] for line in said.splitlines() if line.startswith("Requests/sec"))
    throttled = number(group(watched, "cpu") / "cpu.stat", "nr_throttled")
    peak = number(memory / "memory.max_usage_in_bytes") >> 20
    note(f"{rate} requests/s, peak {peak} MiB, throttled {throttled} times")
