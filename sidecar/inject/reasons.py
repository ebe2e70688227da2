"""The closed lists: why a pod is left as it is, and what its owner should know of one that is not.

Each reason has one sentence, which says what to do as well: it is all that somebody sees who wonders why a model is not
watched. The API server hands warnings on to whoever created the pod, 256 characters of each.
"""

from enum import StrEnum

LONGEST_WARNING = 256
_LONGEST_DETAIL = 63


class Skip(StrEnum):
    """Why a pod is left as it is."""

    OPTED_OUT = "opted_out"
    ALREADY_INJECTED = "already_injected"
    NOT_A_POD = "not_a_pod"
    NOT_NEW = "not_new"
    MALFORMED = "malformed"
    HOST_NETWORK = "host_network"
    JOB = "job"
    STATIC_POD = "static_pod"
    WINDOWS = "windows"
    BAD_ANNOTATION = "bad_annotation"
    NO_SUCH_CONTAINER = "no_such_container"
    NO_SUCH_PORT = "no_such_port"
    NO_PORT = "no_port"
    UNNAMED_PORT = "unnamed_port"
    SEVERAL_PORTS = "several_ports"
    AMBIGUOUS_NAME = "ambiguous_name"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    PORT_IN_USE = "port_in_use"
    KNATIVE = "knative"
    NO_VARIABLE = "no_variable"
    PRIVILEGED_PORT = "privileged_port"
    REDIRECT_OFF = "redirect_off"
    INTERNAL_ERROR = "internal_error"

    @property
    def wanted(self) -> bool:
        """Whether somebody wants the pod as it is, so that even ``strict`` has nothing against it."""
        return self in (Skip.OPTED_OUT, Skip.ALREADY_INJECTED, Skip.NOT_NEW)


class Caution(StrEnum):
    """What the owner of an injected pod should know."""

    UNKNOWN_ANNOTATION = "unknown_annotation"
    IGNORED_ANNOTATION = "ignored_annotation"
    OTHER_PORTS_SET_ASIDE = "other_ports_set_aside"
    OTHER_NAME = "other_name"
    HOST_PORT = "host_port"
    NO_NATIVE = "no_native"
    NATIVE_NAMES = "native_names"
    PORT_IN_ARGUMENTS = "port_in_arguments"
    EXEC_PROBE = "exec_probe"
    KSERVE = "kserve"
    LIMIT_BELOW_REQUEST = "limit_below_request"


SKIP_TEXT: dict[Skip, str] = {
    Skip.OPTED_OUT: "drift-sidecar/inject says false",
    Skip.ALREADY_INJECTED: "the pod has a sidecar already ({found})",
    Skip.NOT_A_POD: "this is no Pod ({found})",
    Skip.NOT_NEW: "only new pods get a sidecar",
    Skip.MALFORMED: "the pod is not formed as the API describes it: {where}",
    Skip.HOST_NETWORK: "the pod uses the node's network, whose ports are not the pod's own",
    Skip.JOB: "the pod runs to its end ({found}), and an ordinary sidecar would keep it from ending",
    Skip.STATIC_POD: "the kubelet runs this pod from a file, which an admission webhook cannot change",
    Skip.WINDOWS: "the pod runs on Windows",
    Skip.BAD_ANNOTATION: "{name} is {value!r}; {expected}",
    Skip.NO_SUCH_CONTAINER: "drift-sidecar/container names {name!r}; the pod has {known}",
    Skip.NO_SUCH_PORT: "drift-sidecar/port names {name!r}; declared TCP ports: {known}",
    Skip.NO_PORT: "no container declares a TCP port; declare the model's under ports with a name, and let the Service's "
    "targetPort be that name",
    Skip.UNNAMED_PORT: "port {number} of {container!r} has no name; name it and let the Service's targetPort be that name, "
    "or set drift-sidecar/mode: swap",
    Skip.SEVERAL_PORTS: "{known} could each be the model's; name one in the annotation drift-sidecar/port "
    "(and drift-sidecar/container)",
    Skip.AMBIGUOUS_NAME: "the port name {name!r} is declared more than once; give each port a name of its own",
    Skip.AMBIGUOUS_NUMBER: "port {number} is declared more than once; declare it once, or give the others numbers of their own",
    Skip.PORT_IN_USE: "port {number}, which the sidecar needs, is used by {container!r}; move one of them "
    "(injector setting ports)",
    Skip.KNATIVE: "Knative's queue-proxy finds the model by number; set drift-sidecar/mode: swap and "
    "drift-sidecar/port-variable: PORT",
    Skip.NO_VARIABLE: "swap needs an environment variable of {container!r} whose value is {number}: {why}; name it in "
    "drift-sidecar/port-variable",
    Skip.PRIVILEGED_PORT: "a sidecar without root cannot listen on port {number}, below 1024",
    Skip.REDIRECT_OFF: "mode redirect is switched off in this cluster (injector setting redirect)",
    Skip.INTERNAL_ERROR: "the injector failed on this pod; its log says more",
}

CAUTION_TEXT: dict[Caution, str] = {
    Caution.UNKNOWN_ANNOTATION: "{name} is not known{hint}",
    Caution.IGNORED_ANNOTATION: "{name} is {value!r} and ignored; {expected}",
    Caution.OTHER_PORTS_SET_ASIDE: "{name!r} is taken for the model's port, and {others} not; drift-sidecar/port picks another",
    Caution.OTHER_NAME: "the name {name!r} leads to port {number} too, past the sidecar; let Services use {taken!r}",
    Caution.HOST_PORT: "what arrives on the node's port {number} goes to the model and is not watched",
    Caution.NO_NATIVE: "Kubernetes {version} has no native sidecars; the sidecar is an ordinary container",
    Caution.NATIVE_NAMES: "Services find named ports of native sidecars from Kubernetes 1.32 on; this cluster has {version}",
    Caution.PORT_IN_ARGUMENTS: "{container!r} also has {number} in its command; if it does not listen where {variable} says, "
    "the model cannot be reached",
    Caution.EXEC_PROBE: "a command that {container!r} is probed with has {number} in it and now asks through the sidecar",
    Caution.KSERVE: "KServe's own Services find the model by number; set drift-sidecar/mode: swap or redirect",
    Caution.LIMIT_BELOW_REQUEST: "the {resource} limit {limit} is below the request {request}, which is lowered to it",
}


class LeftAlone(Exception):  # noqa: N818 - a decision, and no error
    """The pod stays as it is.

    Parameters
    ----------
    skip
        Why.
    details
        What the sentence of that reason leaves open.
    """

    def __init__(self, skip: Skip, **details: object) -> None:
        super().__init__(skip.value)
        self.skip = skip
        self.warning = sentence(f"not injected ({skip}): {_filled(SKIP_TEXT[skip], details)}")


def caution(kind: Caution, **details: object) -> str:
    """Return the warning of `kind` with its gaps filled."""
    return sentence(_filled(CAUTION_TEXT[kind], details))


def sentence(text: str) -> str:
    r"""Return `text` as a warning of ours: one line of ASCII that the API server will not cut.

    >>> sentence("not injected: a\tb")
    'drift-sidecar: not injected: a b'
    """
    line = f"drift-sidecar: {text}".encode("ascii", "backslashreplace").decode()
    line = "".join(character if character.isprintable() else " " for character in line)
    return line if len(line) <= LONGEST_WARNING else line[: LONGEST_WARNING - 3] + "..."


def _filled(template: str, details: dict[str, object]) -> str:
    """Fill the gaps with text that leaves room for the sentence around it."""
    return template.format(**{name: _short(value) for name, value in details.items()})


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 3] + "..."
