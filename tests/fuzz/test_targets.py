"""What the fuzzer calls bears what was recorded, and would tell if something were wrong."""

import pytest

from sidecar.decode import Decoded
from sidecar.exchange import Refusal
from sidecar.reasons import TapReason
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, FaultError, agree, steps


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_fuzzer_begins_with_is_borne(target: str) -> None:
    """Whole, cut short, and doubled."""
    found = seeds(target)
    assert found
    for seed in found:
        for data in (seed, seed[: len(seed) // 2], seed + seed):
            TARGETS[target](data)


def test_marks_divide_a_conversation() -> None:
    """Any bytes are some conversation."""
    assert list(steps(b"a\xfe\xedUb\xfe\xedDc\xfe\xedG\xfe\xed?d")) == [
        (b"U", b"a"),
        (b"U", b"b"),
        (b"D", b"c"),
        (b"G", b""),
        (b"U", b"?d"),
    ]


@pytest.mark.parametrize(
    "fault", [Refusal(TapReason.DECODER_ERROR, "KeyError"), Decoded([], None, None, "records")], ids=["an exception", "no rows"]
)
def test_a_fault_is_told(fault: Decoded | Refusal) -> None:
    """Else the fuzzer would find nothing, however long it ran."""
    with pytest.raises(FaultError):
        agree(fault)
