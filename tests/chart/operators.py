"""Objects of the Prometheus operator and of cert-manager against these operators' own types: ``python operators.py FILE...``.

It runs in the environment of `make chart`, which has the types. A field that the type does not know is dropped by it without a
word, as an API server would drop it, so what comes back is compared with what went in.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

MODULES = {
    "monitoring.coreos.com/v1": "cloudcoil.models.prometheus_operator.v1",
    "cert-manager.io/v1": "cloudcoil.models.cert_manager.v1",
}


def faults(manifest: dict[str, Any]) -> list[str]:
    """Return what the operator has against `manifest`, or would not see of it."""
    model: Any = getattr(import_module(MODULES[manifest["apiVersion"]]), manifest["kind"])
    try:
        known = model.model_validate(manifest).model_dump(mode="json", by_alias=True, exclude_none=True)
    except ValueError as error:
        return [str(error)]
    return lost(manifest, known, manifest["kind"])


def lost(given: Any, known: Any, where: str) -> list[str]:
    """Return where `known` lacks something of `given` or has it differently."""
    if isinstance(given, dict) and isinstance(known, dict):
        return [fault for key, value in given.items() for fault in lost(value, known.get(key), f"{where}.{key}")]
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        return [fault for at, pair in enumerate(zip(given, known, strict=True)) for fault in lost(*pair, f"{where}.{at}")]
    return [] if given == known else [f"{where}: {given!r} became {known!r}"]


def main(files: list[str]) -> int:
    """Check every object of the two operators in `files`; return 1 if there is a fault, or nothing to check."""
    documents = [each for file in files for each in yaml.safe_load_all(Path(file).read_text(encoding="utf-8")) if each]
    ours = [each for each in documents if each["apiVersion"] in MODULES]
    found = [fault for each in ours for fault in faults(each)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or f"{len(ours)} objects\n")
    return 1 if found or not ours else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
