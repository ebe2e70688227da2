"""The API server trusts the injector, whoever made its certificate, and goes on doing so over upgrades and renewals."""

import ssl
import time
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from tests.chart import cases
from tests.chart.apiserver import serving
from tests.chart.helm import Cluster, Manifest, RefusedError, one, render

NAMES = [
    f"drift-drift-sidecar-injector.{ending}"
    for ending in ("drift-system", "drift-system.svc", "drift-system.svc.cluster.local")
]
AFTER = "drift-sidecar/renew-after"
DAY = 86400


def installed(secret: Manifest | None, helm: str = "helm3", values: Manifest | None = None) -> list[Manifest]:
    """Return what helm makes of the chart on a cluster that holds `secret`."""
    with serving(secret) as url:
        return render(
            values or {},
            Cluster(helm=helm, options=("--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", url)),
        )


def pair(manifests: list[Manifest]) -> Manifest:
    """Return the Secret that the injectors read."""
    return one(manifests, "Secret")


def bundle(manifests: list[Manifest]) -> str:
    """Return whom the API server is told to trust, the same for both webhooks."""
    (found,) = {webhook["clientConfig"]["caBundle"] for webhook in one(manifests, "MutatingWebhookConfiguration")["webhooks"]}
    return b64decode(found).decode()


def trusts(authority: str, secret: Manifest, name: str, folder: Path) -> bool:
    """Return whether a client that trusts `authority` would talk to a server called `name` that has the pair in `secret`."""
    for file in ("tls.crt", "tls.key"):
        (folder / file).write_bytes(b64decode(secret["data"][file]))
    serving_side, asking_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cadata=authority)
    serving_side.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving_side.wrap_bio(to_server, to_client, server_side=True)
    client = asking_side.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True


def aged(secret: Manifest, renew_after: float) -> Manifest:
    """Return `secret` as if it was due at another time."""
    metadata = secret["metadata"]
    return {**secret, "metadata": {**metadata, "annotations": {**metadata["annotations"], AFTER: str(int(renew_after))}}}


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
def test_helm_makes_a_certificate_that_the_api_server_trusts(helm: str, tmp_path: Path) -> None:
    """It is good for every name of the Service, and for no other, and only with the authority in the webhook."""
    made, other = installed(None, helm), installed(None, helm, {"fullnameOverride": "other"})
    assert [trusts(bundle(made), pair(made), name, tmp_path) for name in NAMES] == [True, True, True]
    assert not trusts(bundle(made), pair(made), "elsewhere.drift-system.svc", tmp_path)
    assert not trusts(bundle(other), pair(made), NAMES[1], tmp_path)


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
def test_an_upgrade_keeps_the_certificate(helm: str) -> None:
    """What is in the cluster stays as it is, and so does the trust in it."""
    first = installed(None, helm)
    second = installed(pair(first), helm)
    assert pair(second) == pair(first)
    assert bundle(second) == bundle(first)


def test_a_certificate_that_ends_soon_is_renewed_and_both_are_trusted(tmp_path: Path) -> None:
    """Injectors that have not been brought the new one are still talked to; after two renewals the first is forgotten."""
    first = installed(None)
    second = installed(aged(pair(first), time.time() - 1))
    third = installed(aged(pair(second), time.time() - 1))
    trusted = [
        [trusts(bundle(now), pair(then), NAMES[1], tmp_path) for then in (first, second, third)] for now in (second, third)
    ]
    assert trusted == [[True, True, False], [False, True, True]]


def test_it_is_renewed_neither_a_minute_early_nor_a_minute_late() -> None:
    """What decides is the time that stands beside the certificate."""
    first = pair(installed(None))
    early, late = aged(first, time.time() + 60), aged(first, time.time() - 60)
    assert pair(installed(early))["data"] == first["data"]
    assert pair(installed(late))["data"] != first["data"]


def test_the_time_of_renewal_lies_the_asked_for_days_before_the_end() -> None:
    """A certificate for ten days that is renewed three days before its end is renewed after seven."""
    asked = {"inject": {"certificates": {"helm": {"days": 10, "renewBeforeDays": 3}}}}
    due = int(pair(installed(None, values=asked))["metadata"]["annotations"][AFTER])
    assert 7 * DAY - 120 < due - time.time() <= 7 * DAY


def test_a_renewal_before_the_beginning_is_refused() -> None:
    """A certificate that is due when it is made would be another with each upgrade."""
    with pytest.raises(RefusedError, match="renewBeforeDays must be less than days"):
        render({"inject": {"certificates": {"helm": {"days": 30, "renewBeforeDays": 30}}}})


def test_a_secret_that_was_damaged_is_made_anew(tmp_path: Path) -> None:
    """A key that somebody took out does not stay out."""
    first = pair(installed(None))
    broken = {**first, "data": {name: value for name, value in first["data"].items() if name != "tls.key"}}
    mended = installed(broken)
    assert trusts(bundle(mended), pair(mended), NAMES[1], tmp_path)


def test_cert_manager_makes_it_for_the_same_names_and_fills_in_the_authority() -> None:
    """The webhook names the Certificate whose authority is to be put in, and the injectors read the Secret it makes."""
    manifests = render(cases.CERT_MANAGER)
    certificate = one(manifests, "Certificate", "injector")
    webhooks = one(manifests, "MutatingWebhookConfiguration")
    assert sorted(certificate["spec"]["dnsNames"]) == sorted(NAMES)
    source = f"{certificate['metadata']['namespace']}/{certificate['metadata']['name']}"
    assert webhooks["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == source
    assert not any("caBundle" in webhook["clientConfig"] for webhook in webhooks["webhooks"])
    assert mounted(manifests) == certificate["spec"]["secretName"]
    assert not [each for each in manifests if each["kind"] == "Secret"]


def test_an_issuer_of_ones_own_replaces_the_self_signed_ones() -> None:
    """Then the chart makes one Certificate and no Issuer."""
    certificates = {"source": "cert-manager", "certManager": {"issuerRef": {"name": "corporate", "kind": "ClusterIssuer"}}}
    manifests = render({"inject": {"certificates": certificates}})
    assert not [each for each in manifests if each["kind"] == "Issuer"]
    reference = {"name": "corporate", "kind": "ClusterIssuer", "group": "cert-manager.io"}
    assert one(manifests, "Certificate")["spec"]["issuerRef"] == reference


@pytest.mark.parametrize("encoded", [False, True])
def test_a_secret_of_ones_own_is_taken_with_its_authority(encoded: bool) -> None:
    """The authority may be given as PEM or as base64 of it."""
    authority = cases.SECRET["caBundle"]
    given = b64encode(authority.encode()).decode() if encoded else authority
    external = {"secretName": "pair", "caBundle": given}
    manifests = render({"inject": {"certificates": {"source": "external", "external": external}}})
    assert (mounted(manifests), bundle(manifests)) == ("pair", authority)


@pytest.mark.parametrize("missing", ["secretName", "caBundle"])
def test_half_an_external_certificate_is_refused(missing: str) -> None:
    """The message names the value that is missing."""
    external = {**cases.SECRET, missing: ""}
    with pytest.raises(RefusedError, match=missing):
        render({"inject": {"certificates": {"source": "external", "external": external}}})


def mounted(manifests: list[Manifest]) -> str:
    """Return the Secret that the injectors mount."""
    volumes = one(manifests, "Deployment")["spec"]["template"]["spec"]["volumes"]
    (found,) = (str(volume["secret"]["secretName"]) for volume in volumes if "secret" in volume)
    return found
