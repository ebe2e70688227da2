"""The init container of mode ``redirect``, which leads the model's traffic to the sidecar before either of them runs.

It is the one container that cannot be restricted: changing the pod's packet filter takes the capability NET_ADMIN, which takes
root. It is off for the whole cluster unless the injector's settings allow it, has no other capability, and ends at once.
"""

from sidecar.inject.between import Way
from sidecar.inject.container import TOKEN_FOLDER, USER, security
from sidecar.inject.pod import Json
from sidecar.settings.inject import InjectSettings

INIT_CONTAINER = "drift-sidecar-redirect"


def redirecting(way: Way, settings: InjectSettings, image: str, resources: Json, token_volume: str) -> Json:
    """Return the init container."""
    mount = {"volumeMounts": [{"name": token_volume, "mountPath": TOKEN_FOLDER, "readOnly": True}]} if token_volume else {}
    return {
        "name": INIT_CONTAINER,
        "image": settings.redirect_image or image,
        "imagePullPolicy": settings.image_pull_policy,
        "args": [
            "inject",
            "redirect",
            f"--model={way.model}",
            f"--sidecar={way.listen}",
            f"--probes={settings.ports.probes}",
            f"--user={USER}",
        ],
        "resources": resources,
        "securityContext": {
            **security(apparmor=False),
            "runAsNonRoot": False,
            "runAsUser": 0,
            "runAsGroup": 0,
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]},
        },
        **mount,
    }
