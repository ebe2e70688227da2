"""All of a demo that differs from another demo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sidecar.demo.phases import Phase, Pools, Record


@dataclass(frozen=True, slots=True)
class Model:
    """How a model is served and asked.

    Parameters
    ----------
    name, version : str
        labels in reports, metrics and alerts.
    argv : callable
        from the port to listen on to the words of the command.
    ready, predict : str
        paths: one that answers 200 when it can serve, one that takes rows.
    environ : mapping, optional
        what its environment has beside the common one.
    """

    name: str
    version: str
    argv: Callable[[int], Sequence[str]]
    ready: str
    predict: str
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A model, its baseline and its traffic.

    Parameters
    ----------
    title : str
        what is shown, in one line.
    model : Model
        what answers.
    baseline : Path
        the profile, or rows, that the traffic is compared with.
    wrap : callable
        rows to the document that the model expects.
    pools : mapping
        rows by kind.
    phases : sequence of Phase
        the piece, played once; `back` follows before it is played again.
    notes : sequence of str, optional
        what else a person should know before it starts.
    """

    title: str
    model: Model
    baseline: Path
    wrap: Callable[[tuple[Record, ...]], object]
    pools: Pools
    phases: Sequence[Phase]
    back: Phase
    notes: Sequence[str] = ()
