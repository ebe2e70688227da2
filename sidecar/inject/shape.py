"""Whether a pod is formed as the API describes it, as far as the injector looks.

The API server asks the webhook before it checks the pod, so anything may come. What is looked at later is checked here, once,
and everything behind may index it without a second thought. What is not looked at may be anything.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from sidecar.inject.reasons import LeftAlone, Skip

Number = Annotated[StrictInt, Field(ge=1, le=65535)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _PortShape(_Shape):
    containerPort: Number  # noqa: N815 - the API's own name
    name: StrictStr | None = None
    protocol: StrictStr | None = None
    hostPort: StrictInt | None = None  # noqa: N815 - the API's own name


class _Asked(_Shape):
    port: StrictInt | StrictStr | None = None
    host: StrictStr | None = None


class _Handler(_Shape):
    httpGet: _Asked | None = None  # noqa: N815 - the API's own name
    tcpSocket: _Asked | None = None  # noqa: N815 - the API's own name
    grpc: _Asked | None = None
    exec: dict[str, list[StrictStr] | None] | None = None


class _Lifecycle(_Shape):
    postStart: _Handler | None = None  # noqa: N815 - the API's own name
    preStop: _Handler | None = None  # noqa: N815 - the API's own name


class _Variable(_Shape):
    name: StrictStr
    value: StrictStr | None = None


class _Sysctl(_Shape):
    name: StrictStr
    value: StrictStr


class _Security(_Shape):
    sysctls: list[_Sysctl] | None = None
    windowsOptions: object = None  # noqa: N815 - the API's own name


class _Container(_Shape):
    name: StrictStr
    command: list[StrictStr] | None = None
    args: list[StrictStr] | None = None
    ports: list[_PortShape] | None = None
    env: list[_Variable] | None = None
    startupProbe: _Handler | None = None  # noqa: N815 - the API's own name
    readinessProbe: _Handler | None = None  # noqa: N815 - the API's own name
    livenessProbe: _Handler | None = None  # noqa: N815 - the API's own name
    lifecycle: _Lifecycle | None = None
    securityContext: _Security | None = None  # noqa: N815 - the API's own name
    restartPolicy: StrictStr | None = None  # noqa: N815 - the API's own name


class _Named(_Shape):
    name: StrictStr


class _Owner(_Shape):
    kind: StrictStr
    name: StrictStr
    controller: bool | None = None


class _Quantities(_Shape):
    requests: dict[StrictStr, StrictStr | StrictInt | float] | None = None
    limits: dict[StrictStr, StrictStr | StrictInt | float] | None = None


class _OperatingSystem(_Shape):
    name: StrictStr | None = None


class _Spec(_Shape):
    containers: Annotated[list[_Container], Field(min_length=1)]
    initContainers: list[_Container] | None = None  # noqa: N815 - the API's own name
    volumes: list[_Named] | None = None
    hostNetwork: bool | None = None  # noqa: N815 - the API's own name
    restartPolicy: StrictStr | None = None  # noqa: N815 - the API's own name
    terminationGracePeriodSeconds: StrictInt | None = None  # noqa: N815 - the API's own name
    automountServiceAccountToken: bool | None = None  # noqa: N815 - the API's own name
    securityContext: _Security | None = None  # noqa: N815 - the API's own name
    resources: _Quantities | None = None
    nodeSelector: dict[StrictStr, StrictStr] | None = None  # noqa: N815 - the API's own name
    os: _OperatingSystem | None = None


class _Metadata(_Shape):
    name: StrictStr | None = None
    generateName: StrictStr | None = None  # noqa: N815 - the API's own name
    labels: dict[StrictStr, StrictStr] | None = None
    annotations: dict[StrictStr, StrictStr] | None = None
    ownerReferences: list[_Owner] | None = None  # noqa: N815 - the API's own name


class _PodShape(_Shape):
    metadata: _Metadata | None = None
    spec: _Spec


def check_shape(pod: object) -> None:
    """Return if `pod` is formed as a pod.

    Raises
    ------
    LeftAlone
        It is not.
    """
    try:
        _PodShape.model_validate(pod)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the object"
        raise LeftAlone(Skip.MALFORMED, where=f"{where}: {fault['msg']}") from None
