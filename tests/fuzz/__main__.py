"""Feed the readers and decoders with mutations of recorded traffic, led by what the mutations reach.

    python -m tests.fuzz [http1 decoders http2] [--seconds 600]

Each target has a process of its own. An input that takes longer than ten seconds, needs more than a gibibyte, or makes the
target raise is a finding: it is written to ``.cache/fuzz/found`` and the exit code is not 0. ``--replay FILE`` gives one to its
target again. What was found to reach new code stays in ``.cache/fuzz`` too, and the next run goes on from there.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import MARK

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "fuzz"
WORDS = (
    MARK + b"U",
    MARK + b"D",
    MARK + b"G",
    b"\r\n\r\n",
    b"Transfer-Encoding: chunked",
    b"NaN",
    b"1e999",
    b'"shape":',
    b"\\ud800",
)
SLOWEST_SECONDS, LARGEST_MIB, LONGEST_INPUT = 10, 1024, 32_768
GRACE_SECONDS = 120


def run(target: str, seconds: int) -> int:
    """Fuzz one target; return its exit code."""
    corpus, found = FOLDER / target, FOLDER / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = FOLDER / "words"
    words.write_text("".join(map(quoted, WORDS)), encoding="ascii")
    options = {
        "max_total_time": seconds,
        "timeout": SLOWEST_SECONDS,
        "rss_limit_mb": LARGEST_MIB,
        "max_len": LONGEST_INPUT,
        "dict": words,
        "artifact_prefix": found / f"{target}-",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.one",
        target,
        *(f"-{name}={value}" for name, value in options.items()),
        str(corpus),
    ]
    print(f"{target}: {seconds} s", flush=True)
    return subprocess.run(command, check=False, timeout=seconds + GRACE_SECONDS).returncode


def quoted(word: bytes) -> str:
    """Return a line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


def main() -> int:
    """Fuzz what is named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the readers and decoders.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="http1, decoders, http2; all of them if none is named")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--replay", metavar="FILE", help="one input, for the one target that is named")
    options = parser.parse_args()
    if options.replay:
        from tests.fuzz.targets import TARGETS

        TARGETS[options.targets[0]](Path(options.replay).read_bytes())
        return 0
    return max(run(target, options.seconds) for target in options.targets or ("http1", "decoders", "http2"))


if __name__ == "__main__":
    sys.exit(main())
