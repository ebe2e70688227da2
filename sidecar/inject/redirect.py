"""The init container of mode ``redirect``, which leads the model's traffic to the sidecar before either of them runs.

It is the one container that cannot be restricted: changing the pod's packet filter takes the capability NET_ADMIN, which takes
root. It is off for the whole cluster unless the injector's settings allow it, has no other capability, and ends at once.
"""

from sidecar.inject.container import TOKEN_FOLDER, USER, Sidecar, security
from sidecar.inject.names import unique
from sidecar.inject.pod import Json, Pod
from sidecar.settings.inject import InjectSettings

INIT_CONTAINER = "drift-sidecar-redirect"


def redirecting(pod: Pod, sidecar: Sidecar, settings: InjectSettings) -> Json:
    """Return the init container of `pod` that leads traffic to `sidecar`, under a name that no other container has."""
    empty = {"name": sidecar.token_volume, "mountPath": TOKEN_FOLDER, "readOnly": True}
    return {
        "name": unique(INIT_CONTAINER, {one["name"] for one in pod.everyone}),
        "image": settings.redirect_image or sidecar.image,
        "imagePullPolicy": sidecar.pull_policy,
        "args": [
            "inject",
            "redirect",
            f"--model={sidecar.model}",
            f"--sidecar={sidecar.listen}",
            f"--probes={settings.ports.probes}",
            f"--user={USER}",
            *(["--ipv6"] if ":" in sidecar.address else []),
        ],
        "resources": sidecar.resources,
        "securityContext": {
            **security(apparmor=sidecar.apparmor),
            "runAsNonRoot": False,
            "runAsUser": 0,
            "runAsGroup": 0,
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]},
        },
        **({"volumeMounts": [empty]} if sidecar.token_volume else {}),
    }
