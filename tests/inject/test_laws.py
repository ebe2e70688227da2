"""The laws of injection, over pods that nobody has thought of."""

from collections import Counter
from copy import deepcopy
from random import Random
from typing import Any

import jsonpatch
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sidecar.inject import Decision, decide
from sidecar.inject.annotations import Key
from sidecar.settings.inject import InjectSettings
from tests.inject import oracle
from tests.inject.strategies import Maker, anything, broken_pods, pods

Json = dict[str, Any]

CLUSTERS = [
    InjectSettings(),
    InjectSettings(kubernetes="1.33", redirect=True),
    InjectSettings(redirect=True, address="::", ports={"monitor": 16090}),
    InjectSettings(
        kubernetes="1.20", strict=True, drain=30, settings={"tap": {"cpu": 0.1, "paths": ["/x"]}, "model": {"name": "m"}}
    ),
]
clusters = st.sampled_from(CLUSTERS)
NAME = "drift-sidecar"


def sidecar_of(pod: Json) -> Json:
    """Return the injected container."""
    return next(one for one in oracle.every_container(pod) if one["name"] == NAME)


def variables(container: Json) -> dict[str, str]:
    """Return the environment of a container."""
    return {entry["name"]: entry.get("value") for entry in container.get("env") or []}


def port_of(address: str) -> int:
    """Return the port of host:port."""
    return int(address.rpartition(":")[2])


def mode_of(pod: Json) -> str:
    """Return the mode that an injected pod asked for."""
    return str(pod["metadata"]["annotations"].get(Key.MODE.value, "takeover")).strip().lower() or "takeover"


def injected(pod: Json, cluster: InjectSettings) -> Decision | None:
    """Return the decision if it is to inject."""
    decision = decide(pod, cluster)
    event(str(decision.skip or f"injected: {mode_of(decision.pod)}"))
    return decision if decision.patch else None


def pairs(old: Json, new: Json) -> list[tuple[Json, Json]]:
    """Return each container as it was and as it is."""
    now = {one["name"]: one for one in oracle.every_container(new)}
    return [(one, now[one["name"]]) for one in oracle.every_container(old)]


def test_the_laws_are_tried_on_pods_of_every_mode() -> None:
    """Of the pods that are made by chance a third can have a sidecar, and no mode is rare among them."""
    made = (decide(Maker(Random(seed)).pod(), CLUSTERS[seed % len(CLUSTERS)]) for seed in range(1000))  # noqa: S311 - chance, and no secret
    modes = Counter(mode_of(decision.pod) for decision in made if decision.patch)
    assert modes["takeover"] > 200
    assert modes["swap"] > 20
    assert modes["redirect"] > 20


@given(pods, clusters)
@settings(max_examples=200)
def test_the_patch_makes_the_pod_that_was_decided_on(pod: Json, cluster: InjectSettings) -> None:
    """Another library applies the patch and gets the same; the pod that came in is not touched."""
    before = deepcopy(pod)
    decision = decide(pod, cluster)
    assert pod == before
    assert jsonpatch.apply_patch(pod, decision.patch) == decision.pod


@given(pods, clusters)
@settings(max_examples=300)
def test_a_second_pass_changes_nothing(pod: Json, cluster: InjectSettings) -> None:
    """What has a sidecar is left as it is, whatever its cluster."""
    decision = decide(decide(pod, cluster).pod, cluster)
    if (first := injected(pod, cluster)) is not None:
        assert decision.patch == []
        assert decision.pod == first.pod
        assert decision.allowed


@given(pods, clusters)
@settings(max_examples=300)
def test_what_the_other_containers_run_stays_as_it_is(pod: Json, cluster: InjectSettings) -> None:
    """Images, commands, mounts and limits are untouched, and of all variables at most one, where the model is swapped."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    may_change = {"ports", "env", "lifecycle", *oracle.PROBES}
    changed = []
    for old, new in pairs(pod, decision.pod):
        assert {key: old[key] for key in old if key not in may_change} == {
            key: new[key] for key in new if key not in may_change
        }
        changed += [
            (was["name"], is_now["name"])
            for was, is_now in zip(old.get("env") or [], new.get("env") or [], strict=True)
            if was != is_now
        ]
        assert len(old.get("ports") or []) == len(new.get("ports") or [])
    assert len(changed) == (mode_of(decision.pod) == "swap")
    assert all(was == is_now and "PORT" in was for was, is_now in changed)


@given(pods, clusters)
@settings(max_examples=300)
def test_every_port_name_leads_to_one_port_and_the_taken_one_to_the_sidecar(pod: Json, cluster: InjectSettings) -> None:
    """No name is lost, the sidecar's are its own, and those that meant one port before mean one now."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    sidecar = sidecar_of(decision.pod)
    listen = port_of(variables(sidecar)["DRIFT_LISTEN"])
    taken = sidecar["ports"][0]["name"]
    assert oracle.port_names(pod) <= oracle.port_names(decision.pod)
    assert oracle.endpoints(decision.pod, taken) == [(NAME, listen)]
    for port in sidecar["ports"]:
        assert oracle.endpoints(decision.pod, port["name"]) == [(NAME, port["containerPort"])]
    for name in oracle.port_names(pod) - {taken}:
        assert oracle.endpoints(decision.pod, name) == oracle.endpoints(pod, name)
    if mode_of(decision.pod) != "redirect" and taken != "drift-traffic":
        assert taken in oracle.port_names(pod)
    new_names = oracle.port_names(decision.pod) - oracle.port_names(pod)
    assert all(len(oracle.endpoints(decision.pod, name)) == 1 and len(name) <= 15 for name in new_names)


@given(pods, clusters)
@settings(max_examples=300)
def test_every_probe_and_hook_reaches_the_port_that_it_reached_before(pod: Json, cluster: InjectSettings) -> None:
    """The kubelet's requests follow the model where it moves, and go past the sidecar everywhere."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    moved = where_the_model_went(pod, decision.pod, cluster)
    for old, new in pairs(pod, decision.pod):
        before, after = list(oracle.requests(old)), list(oracle.requests(new))
        for (name, was, number), (same, body, reached) in zip(before, after, strict=False):
            assert name == same
            elsewhere = bool(was.get("host"))
            assert reached == (number if elsewhere or number is None else moved.get(number, number))
            assert {**was, "port": 0} == {**body, "port": 0}
        hook = [(name, body["path"], reached) for name, body, reached in after[len(before) :]]
        assert hook in ([], [("preStop.httpGet", "/healthz/drain", 15021)])
        commands = [(one.get(name) or {}).get("exec") for one in (old, new) for name in oracle.PROBES]
        assert commands[: len(oracle.PROBES)] == commands[len(oracle.PROBES) :]


def where_the_model_went(old: Json, new: Json, cluster: InjectSettings) -> dict[int, int]:
    """Return which port number reaches the model now instead of its old one."""
    environment = variables(sidecar_of(new))
    model, listen = port_of(environment["DRIFT_UPSTREAM"]), port_of(environment["DRIFT_LISTEN"])
    mode = mode_of(new)
    if mode == "swap":
        values = [entry.get("value") for one in oracle.every_container(new) for entry in one.get("env") or []]
        assert str(model) in values
        return {listen: model}
    return {model: cluster.ports.probes} if mode == "redirect" else {}


@given(pods, clusters)
@settings(max_examples=300)
def test_an_injected_container_satisfies_the_restricted_standard(pod: Json, cluster: InjectSettings) -> None:
    """Whatever the pod asks for all of its containers; only the one that sets up a redirect needs more, and says what."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    assert oracle.violations(decision.pod, sidecar_of(decision.pod)) == []
    extra = [one for one in oracle.every_container(decision.pod) if one["name"] == "drift-sidecar-redirect"]
    assert len(extra) == (mode_of(decision.pod) == "redirect")
    for one in extra:
        assert oracle.violations(decision.pod, one) == ["running as root", "capabilities added"]


@given(pods, clusters)
@settings(max_examples=300)
def test_no_container_listens_where_another_one_does(pod: Json, cluster: InjectSettings) -> None:
    """The sidecar's numbers are its own."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    own = {port["containerPort"] for port in sidecar_of(decision.pod)["ports"]}
    others = {
        port["containerPort"]
        for one in oracle.lasting(decision.pod)
        if one["name"] != NAME
        for port in one.get("ports") or []
        if (port.get("protocol") or "TCP") == "TCP"
    }
    assert own & others == set()


@given(pods, clusters)
@settings(max_examples=300)
def test_a_pod_has_time_to_drain(pod: Json, cluster: InjectSettings) -> None:
    """The grace period is never shortened, and leaves twenty seconds beyond the drain."""
    decision = injected(pod, cluster)
    if decision is None:
        return
    drain = int(variables(sidecar_of(decision.pod))["DRIFT_DRAIN"])
    old, new = (one["spec"].get("terminationGracePeriodSeconds") for one in (pod, decision.pod))
    grace = 30 if new is None else new
    assert grace >= drain + 20
    assert grace >= (30 if old is None else old)


@given(broken_pods() | anything, clusters)
@settings(max_examples=300)
def test_whatever_comes_is_decided_upon_and_each_skip_has_its_reason(pod: Any, cluster: InjectSettings) -> None:
    """Nothing raises; who is left alone is left as it was and told why; only strict refuses; no warning is cut."""
    decision = decide(pod, cluster)
    assert all(len(warning) <= 256 and warning.isascii() and warning.isprintable() for warning in decision.warnings)
    if decision.patch:
        assert decision.skip is None
        assert decision.allowed
    else:
        assert decision.skip is not None
        assert f"({decision.skip.value})" in decision.warnings[-1]
        assert decision.pod is pod
