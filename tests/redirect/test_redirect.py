"""The packet filter, in a network namespace of its own: who asks for the model's port gets whom."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sidecar.redirect import Ports, rules
from tests.redirect.world import MODEL, PROBES, SIDECAR, USER

PORTS = Ports(MODEL, SIDECAR, PROBES)


def test_the_rules_name_each_port_and_the_sidecars_user() -> None:
    """Two rules look at what comes in, one at what the pod sends to itself."""
    made = rules(PORTS, USER)
    assert [rule.chain for rule in made] == ["prerouting", "prerouting", "output"]
    values = [_values(rule.expressions) for rule in made]
    assert values[0][-2:] == [15081, 8080]
    assert values[1][-2:] == [8080, 15080]
    assert values[2][-2:] == [8080, 15080]
    assert USER.to_bytes(4, sys.byteorder) in _raw(made[2].expressions)


def _raw(expressions: tuple[dict[str, Any], ...]) -> list[bytes]:
    """Return the constants of a rule."""
    data = [dict(dict(one["attrs"])["NFTA_EXPR_DATA"]["attrs"]) for one in expressions]
    found = [value for one in data for key, value in one.items() if key.endswith("_DATA")]
    return [dict(value["attrs"])["NFTA_DATA_VALUE"] for value in found]


def _values(expressions: tuple[dict[str, Any], ...]) -> list[int]:
    return [int.from_bytes(value, "big") for value in _raw(expressions)]


def test_traffic_takes_the_way_that_the_rules_say(root: Path) -> None:
    """From outside and from the pod one meets the sidecar; the sidecar meets the model, and so do the kubelet's probes."""
    script = root / "tests" / "redirect" / "world.py"
    command = ["unshare", "-n", sys.executable, str(script)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "before": "model",
        "outside": "sidecar",
        "outside, to the sidecar": "sidecar",
        "outside, to the probes' port": "model",
        "outside, to another port": "other",
        "the pod itself": "sidecar",
        "the pod itself, by its address": "sidecar",
        "the sidecar": "model",
        "again": "sidecar",
    }


def test_without_the_capability_it_says_what_is_missing(root: Path) -> None:
    """Who may not change the packet filter is told so, and the exit code is that of bad input."""
    arguments = [f"--{name}={port}" for name, port in PORTS._asdict().items()]
    command = [
        "unshare",
        "-n",
        "setpriv",
        "--bounding-set=-net_admin",
        "--inh-caps=-net_admin",
        "--reuid=65534",
        "--clear-groups",
    ]
    python = [sys.executable, "-m", "sidecar", "inject", "redirect", *arguments, "--user=10001"]
    done = subprocess.run([*command, *python], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "NET_ADMIN" in done.stderr
