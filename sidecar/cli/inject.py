"""``inject``: the admission webhook, the same decision for files, and the packet filter of mode ``redirect``."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidecar import logs
from sidecar.cli import COMMANDS, fail
from sidecar.settings import SettingsError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from sidecar.inject.manifest import Outcome
    from sidecar.settings.inject import InjectSettings


def add_parser(subparsers: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("inject", help=COMMANDS["inject"], description=COMMANDS["inject"])
    parser.add_argument("--config", metavar="FILE", help="YAML settings of the injector (DRIFT_INJECT_CONFIG)")
    parser.add_argument(
        "--dry-run", metavar="FILE", help="print the manifests in FILE (- for standard input) with sidecars in them"
    )
    parser.add_argument("--kubernetes", metavar="VERSION", help="with --dry-run: the cluster's version, such as 1.33")
    parser.add_argument("--patch", action="store_true", help="with --dry-run: print the RFC 6902 patches instead")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    filtering = actions.add_parser("redirect", help="lead this pod's traffic to the sidecar: what the init container runs")
    for name in ("model", "sidecar", "probes", "user"):
        filtering.add_argument(f"--{name}", type=int, required=True, metavar="NUMBER")
    filtering.add_argument("--ipv6", action="store_true", help="for IPv6 too")
    filtering.set_defaults(run=run_redirect)


def run(options: argparse.Namespace) -> int:
    """Serve the webhook, or inject into files."""
    from sidecar.settings.inject import load_inject_settings

    environ = dict(os.environ)
    if options.kubernetes is not None:
        environ["DRIFT_INJECT_KUBERNETES"] = options.kubernetes
    try:
        settings = load_inject_settings(options.config, environ)
    except SettingsError as error:
        return fail(str(error))
    if options.dry_run is not None:
        return _dry_run(options.dry_run, settings, patch=options.patch)
    return _serve(settings)


def run_redirect(options: argparse.Namespace) -> int:
    """Set up the packet filter of this network namespace."""
    from sidecar.redirect import Ports, RedirectError, redirect

    try:
        redirect(Ports(options.model, options.sidecar, options.probes), options.user, ipv6=options.ipv6)
    except RedirectError as error:
        return fail(str(error))
    return 0


def _serve(settings: "InjectSettings") -> int:
    from sidecar.admission import CertificateError, serve

    logs.configure(process="inject")
    try:
        serve(settings)
    except (CertificateError, OSError) as error:
        return fail(str(error))
    return 0


def _dry_run(source: str, settings: "InjectSettings", *, patch: bool) -> int:
    from sidecar.inject.manifest import inject_document
    from sidecar.inject.yaml_text import YamlError, read_documents, write_documents

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        documents = read_documents(text)
    except (OSError, UnicodeDecodeError, YamlError) as error:
        return fail(f"{source}: {error}")
    odd = [document for document in documents if not isinstance(document, dict)]
    if odd or not documents:
        return fail(f"{source}: {'manifests are maps of keys' if odd else 'there is nothing in it'}")
    try:
        pairs = [(document, *inject_document(document, settings)) for document in documents]
        print(_patches(pairs) if patch else write_documents(changed for _, changed, _ in pairs), end="")
    except RecursionError:
        return fail(f"{source}: nested too deeply")
    outcomes = [outcome for _, _, found in pairs for outcome in found]
    for outcome in outcomes:
        _tell(outcome)
    return 0 if all(outcome.allowed for outcome in outcomes) else 2


def _patches(pairs: "list[tuple[Any, Any, list[Outcome]]]") -> str:
    """Return a line for each document: the patch that makes of it what it is to be."""
    from sidecar.inject import changes

    return "".join(json.dumps(changes(document, changed)) + "\n" for document, changed, _ in pairs)


def _tell(outcome: "Outcome") -> None:
    word = "injected" if outcome.injected else "left as it is" if outcome.allowed else "refused"
    print(f"{outcome.title}: {word}", file=sys.stderr)
    for warning in outcome.warnings:
        print(f"  {warning}", file=sys.stderr)
